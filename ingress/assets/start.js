// Begins: asks how the widget looks, shows its button, and goes on where the visitor was.
const OPEN_NAME = `frontdesk:open:${ACCOUNT}`;

async function start() {
  if (!ACCOUNT || document.querySelector("[data-frontdesk-widget]")) return;
  const conversation = new Conversation();
  const look = await firstSession(conversation);
  if (!look) return;
  const view = new View(look, {
    opened: () => {
      remember("1");
      conversation.noteSeen();
      conversation.watch();
    },
    closed: () => remember(""),
    sent: (text) => conversation.send(text),
    retried: (item) => conversation.retry(item),
    earlier: () => conversation.readEarlier(),
  });
  conversation.attach(view);
  conversation.watch();
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-frontdesk-open]")) {
      event.preventDefault();
      view.open();
    }
  });
  followVisibility(conversation);
  if (remembered() && !PHONE.matches) view.open(true);
}

// A page must not wait for us: without an answer there is no button, and we come back later.
async function firstSession(conversation) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await conversation.begin();
    } catch (error) {
      const refused = error instanceof Refused && (error.lasting || error.status === 401);
      if (refused || (attempt > 0 && !(error instanceof Refused) && (await reachable()))) {
        console.warn("Frontdesk: this chat is not available here. Is the account right, and this origin allowed?");
        return null;
      }
      await pause(pauseMs(attempt + 1, error));
    }
  }
}

// A page of an origin that is not listed may not read why it was refused; but everybody may read the script.
function reachable() {
  return call("/widget.js", { method: "HEAD" }).then(
    () => true,
    () => false,
  );
}

function followVisibility(conversation) {
  let timer;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") {
      conversation.away = false;
      conversation.watch();
    } else {
      timer = setTimeout(() => {
        conversation.away = true;
        conversation.leave();
      }, HIDDEN_MS);
    }
  });
}

function remember(value) {
  try {
    sessionStorage.setItem(OPEN_NAME, value);
  } catch {
    // the chat is closed on the next page
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(OPEN_NAME);
  } catch {
    return "";
  }
}

if (document.body) start();
else document.addEventListener("DOMContentLoaded", start);
