// Talks to Frontdesk, and remembers the visitor in this browser. Everything may fail; callers decide when to come back.
const SCRIPT = document.currentScript;
const BASE = new URL(".", SCRIPT.src).href.replace(/\/$/, "");
const ACCOUNT = SCRIPT.dataset.account || "";
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30000;
const OUTBOX_KEPT_MS = 3600000; // an older one was accepted, or is no longer meant

// An answer that says no. `lasting`: asking again would not help.
class Refused extends Error {
  constructor(status, retryAfterMs) {
    super(`refused with ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.lasting = status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
  }
}

async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  const response = await fetch(BASE + path, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
  });
  if (!response.ok) {
    const seconds = Number(response.headers.get("Retry-After"));
    throw new Refused(response.status, seconds > 0 ? seconds * 1000 : null);
  }
  return response;
}

// How long to wait before try `attempt` (from 0): doubled each time, with chance, so that not all come back at once.
function pauseMs(attempt, error) {
  const given = error instanceof Refused ? error.retryAfterMs : null;
  return given ?? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
}

// Waits, but not beyond the moment the network comes back.
function pause(ms) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
  });
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// localStorage where the page may use it, else as long as the page lives. Nothing is stored before the visitor writes.
class Memory {
  constructor(account) {
    this.name = `frontdesk:${account}`;
    this.lost = {};
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) || {};
    } catch {
      return this.lost;
    }
  }

  write(change) {
    const kept = { ...this.read(), ...change };
    this.lost = kept;
    try {
      localStorage.setItem(this.name, JSON.stringify(kept));
    } catch {
      // private windows and full storage: this page still knows
    }
  }

  // Messages whose answer has not come to its end: {key, text, at}
  get outbox() {
    const kept = this.read().outbox;
    return Array.isArray(kept) ? kept.filter((each) => Date.now() - each.at < OUTBOX_KEPT_MS) : [];
  }

  hold(key, text) {
    this.write({ outbox: [...this.outbox.filter((each) => each.key !== key), { key, text, at: Date.now() }] });
  }

  drop(key) {
    this.write({ outbox: this.outbox.filter((each) => each.key !== key) });
  }
}
