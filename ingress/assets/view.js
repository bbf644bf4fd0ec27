// What the visitor sees and touches: a button, a panel, a log of messages, a field. Knows nothing of the network.
const PHONE = matchMedia("(max-width: 480px), (max-height: 480px)");
const NEAR_END_PX = 80;
const CLOSE_MS = 120000; // messages this close share the last one's time

class View {
  constructor(look, acts) {
    this.look = look;
    this.acts = acts; // {opened, closed, sent(text), retried(item), earlier}
    this.unread = 0;
    this.rows = new Map(); // item -> its element
    this.build();
  }

  build() {
    const { business } = this.look;
    this.host = document.createElement("div");
    this.host.dataset.frontdeskWidget = "";
    this.root = this.host.attachShadow({ mode: "open" });
    dress(this.root, STYLE + colourRules(this.look.colour));
    this.badge = make("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launcher = make(
      "button",
      { class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.toggle() },
      icon("chat", "solid"),
      this.badge,
    );
    this.title = make("h2", { id: "title", tabindex: "-1", dir: "auto" }, business);
    this.status = make("p", { class: "status", role: "status" }, TEXTS.assistant);
    this.closer = make("button", { class: "plain", type: "button", onclick: () => this.close() }, icon("close"));
    const face = make("span", { class: "face", "aria-hidden": "true" }, Array.from(business.trim())[0] || "·");
    this.earlierButton = make("button", { class: "earlier", type: "button", hidden: true, onclick: () => this.acts.earlier() });
    this.list = make("div", { class: "list" });
    this.notice = make("span");
    this.dots = make("div", { class: "dots", hidden: true, "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    this.log = make(
      "div",
      { class: "log", role: "log", "aria-live": "polite", tabindex: "0" },
      make("p", { class: "notice" }, icon("spark", "solid"), this.notice),
      this.earlierButton,
      this.list,
      this.dots,
    );
    this.chips = make("div", { class: "chips", role: "group" });
    this.trouble = make("p", { class: "trouble", role: "status" });
    this.spoken = make("p", { class: "hidden", role: "status" });
    this.field = make("textarea", {
      rows: "1", maxlength: "4000", dir: "auto", enterkeyhint: "send",
      oninput: () => this.grow(), onkeydown: (event) => this.fieldKey(event),
    });
    this.sender = make("button", { class: "send", type: "submit" }, icon("send"));
    const form = make(
      "form",
      { onsubmit: (event) => this.submit(event) },
      this.field,
      this.sender,
    );
    this.panel = make(
      "div",
      { class: "panel", role: "dialog", "aria-labelledby": "title", hidden: true, onkeydown: (event) => this.panelKey(event) },
      make("div", { class: "head" }, face, make("div", { class: "who" }, this.title, this.status), this.closer),
      this.log, this.trouble, this.chips, form, this.spoken,
    );
    this.frame = make("div", { class: "frame", dir: "ltr" }, this.panel, this.launcher); // whatever the page is
    this.root.append(this.frame);
    document.body.append(this.host);
    PHONE.addEventListener("change", () => this.fit());
    window.visualViewport?.addEventListener("resize", () => this.fit());
    window.visualViewport?.addEventListener("scroll", () => this.fit());
    this.dressed(this.look);
  }

  // All of our own words, in the language of `look`. What was said stays; its rows are named anew when they are shown.
  dressed(look) {
    this.look = look;
    this.frame.lang = look.language;
    this.notice.textContent = look.ai_notice;
    this.earlierButton.textContent = TEXTS.earlier;
    this.field.placeholder = TEXTS.placeholder;
    for (const [element, text] of [
      [this.closer, TEXTS.close], [this.log, TEXTS.log], [this.chips, TEXTS.suggestions], [this.field, TEXTS.field], [this.sender, TEXTS.send],
    ]) {
      element.setAttribute("aria-label", text);
    }
    for (const row of this.rows.values()) row.dataset.state = "";
    this.label();
  }

  // Opening and closing

  get isOpen() {
    return !this.panel.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  // `quietly`: the page was changed while the chat was open; the visitor's focus is elsewhere.
  open(quietly = false) {
    if (this.isOpen) return;
    this.panel.hidden = false;
    this.launcher.setAttribute("aria-expanded", "true");
    this.frame.classList.add("open");
    this.unread = 0;
    this.label();
    this.fit();
    this.toEnd();
    if (!quietly) (PHONE.matches ? this.title : this.field).focus();
    this.acts.opened();
  }

  close() {
    if (!this.isOpen) return;
    this.panel.hidden = true;
    this.launcher.setAttribute("aria-expanded", "false");
    this.frame.classList.remove("open");
    this.label();
    this.fit();
    this.launcher.focus();
    this.acts.closed();
  }

  // On a phone the panel is the page: it fills what the keyboard leaves, and the page behind stays still.
  fit() {
    const full = this.isOpen && PHONE.matches;
    this.panel.setAttribute("aria-modal", String(full));
    const area = window.visualViewport;
    this.panel.style.setProperty("--height", full && area ? `${area.height}px` : "100dvh");
    this.panel.style.setProperty("--top", full && area ? `${area.offsetTop}px` : "0px");
    const page = document.documentElement.style;
    if (full && this.pageOverflow === undefined) {
      this.pageOverflow = page.overflow;
      page.overflow = "hidden";
    } else if (!full && this.pageOverflow !== undefined) {
      page.overflow = this.pageOverflow;
      this.pageOverflow = undefined;
    }
  }

  panelKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && PHONE.matches) {
      const stops = [...this.panel.querySelectorAll("button, a, summary, textarea, [tabindex='0']")].filter(
        (each) => each.offsetParent !== null,
      );
      const [first, last] = [stops[0], stops[stops.length - 1]];
      const from = this.root.activeElement;
      if (event.shiftKey ? from === first || from === this.title : from === last) {
        event.preventDefault();
        (event.shiftKey ? last : first).focus();
      }
    }
  }

  label() {
    const { business } = this.look;
    const name = this.unread ? counted("openNew", this.unread, { business }) : filled("open", { business });
    this.launcher.setAttribute("aria-label", this.isOpen ? TEXTS.close : name);
    this.badge.hidden = !this.unread;
    this.badge.textContent = String(Math.min(this.unread, 9));
    this.launcher.replaceChild(this.isOpen ? icon("close") : icon("chat", "solid"), this.launcher.firstChild);
  }

  // Writing

  fieldKey(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    this.field.focus();
    if (!text) return;
    this.field.value = "";
    this.grow();
    this.acts.sent(text);
  }

  grow() {
    this.field.style.setProperty("height", "auto");
    this.field.style.setProperty("height", `${Math.min(this.field.scrollHeight, 120)}px`);
  }

  // Messages

  // Brings the log in line with `items`, which are in order. Elements stay where they are unless the order changed.
  show(items, { quietly = false } = {}) {
    const follow = quietly || this.nearEnd();
    this.log.setAttribute("aria-live", quietly ? "off" : "polite");
    let previous = null;
    let lastDay = TEXTS.today; // a conversation that began today needs no date
    let at = this.list.firstChild;
    for (const [position, item] of items.entries()) {
      const after = items[position + 1];
      item.last = after?.author !== item.author || Date.parse(after.at) - Date.parse(item.at) > CLOSE_MS;
      let row = this.rows.get(item);
      if (!row) {
        row = make("div", { class: `row ${item.author}` });
        this.rows.set(item, row);
      }
      if (row !== at) this.list.insertBefore(row, at);
      else at = at.nextSibling;
      const day = item.at ? dayName(new Date(item.at)) : lastDay;
      this.fill(row, item, day === lastDay ? "" : day, previous);
      previous = item;
      lastDay = day;
    }
    for (const [item, row] of this.rows) {
      if (!items.includes(item)) {
        row.remove();
        this.rows.delete(item);
      }
    }
    if (quietly) setTimeout(() => this.log.setAttribute("aria-live", "polite"), 100);
    if (follow) this.toEnd();
  }

  fill(row, item, day, previous) {
    const at = item.at ? new Date(item.at) : null;
    const begins = day !== "" || previous?.author !== item.author;
    const state = JSON.stringify([day, begins, item.text, item.at, item.last, item.state, item.note, item.sources?.length, item.parts?.length]);
    if (row.dataset.state === state) return;
    row.dataset.state = state;
    this.fillFrame(row, item, day, begins);
    this.fillText(row.querySelector(".words"), item);
    this.fillFoot(row.querySelector(".foot"), item, at);
  }

  // Name and day may come and go; the bubble stays, so that a screen reader does not hear it again.
  fillFrame(row, item, day, begins) {
    if (!row.firstChild) {
      row.append(
        make("p", { class: "day", hidden: true }),
        make("p", { class: "name" }),
        make("div", { class: "bubble" }, make("div", { class: "words", dir: "auto" })),
        make("div", { class: "foot" }),
      );
    }
    const [dayLine, name] = row.children;
    dayLine.hidden = !day;
    if (dayLine.textContent !== day) dayLine.textContent = day;
    const speaker = { visitor: TEXTS.you, bot: TEXTS.assistant, human: filled("person", { business: this.look.business }) }[item.author] ?? "";
    if (name.textContent !== speaker) name.replaceChildren(...(item.author === "human" ? [icon("person", "solid")] : []), speaker);
    name.hidden = !speaker;
    name.classList.toggle("hidden", !begins || item.author === "visitor");
    row.classList.toggle("begins", begins);
  }

  // A reply that grows gets its new sentences appended; anything else is written anew when it differs.
  fillText(words, item) {
    const shown = words.textContent;
    if (shown === item.text) return;
    if (shown && item.text.startsWith(shown)) {
      words.append(make("span", {}, linked(item.text.slice(shown.length))));
    } else {
      words.replaceChildren(linked(item.text));
    }
  }

  fillFoot(foot, item, at) {
    const parts = [];
    if (item.sources?.length) parts.push(this.sources(item.sources, foot.querySelector("details")?.open));
    const line = make("p", { class: "small" });
    if (item.note) line.append(item.note);
    if (item.state === "sending") line.append(TEXTS.sending);
    else if (item.state === "retrying") line.append(TEXTS.retrying);
    else if (item.state === "failed") {
      line.append(`${item.error || TEXTS.failed} `);
      line.append(make("button", { class: "link", type: "button", onclick: () => this.acts.retried(item) }, TEXTS.retry));
    } else if (at && item.last && !item.note) line.append(make("time", { datetime: item.at }, clockTime(at)));
    line.classList.toggle("bad", item.state === "failed");
    if (line.childNodes.length) parts.push(line);
    foot.replaceChildren(...parts);
  }

  sources(found, open) {
    const entries = found.map((each) => make("li", { dir: "auto" }, make("strong", {}, each.title), make("span", {}, each.text)));
    const list = make("ul", {}, ...entries);
    const reveal = () => requestAnimationFrame(() => list.parentNode.scrollIntoView({ block: "nearest" }));
    return make("details", { open }, make("summary", { onclick: reveal }, counted("sources", found.length)), list);
  }

  came() {
    if (this.isOpen) return;
    this.unread += 1;
    this.label();
  }

  // The rest

  writing(on) {
    if (this.dots.hidden === !on) return;
    const follow = this.nearEnd();
    this.dots.hidden = !on;
    this.spoken.textContent = on ? TEXTS.writing : "";
    if (follow) this.toEnd();
  }

  // Who answers; `here`: a person has written already.
  answers(owner, here) {
    const text = owner === "bot" ? TEXTS.assistant : here ? TEXTS.personHere : TEXTS.personComes;
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle("human", owner === "human" && here);
  }

  suggest(replies) {
    const follow = this.nearEnd();
    this.chips.hidden = !replies.length;
    this.chips.replaceChildren(
      ...replies.map((each) => make("button", { type: "button", class: "chip", onclick: () => this.choose(each) }, each.label)),
    );
    if (follow) this.toEnd();
  }

  choose(reply) {
    (PHONE.matches ? this.log : this.field).focus();
    this.acts.sent(reply.message);
  }

  say(trouble) {
    if (this.trouble.textContent !== trouble) this.trouble.textContent = trouble;
  }

  hasEarlier(there) {
    this.earlierButton.hidden = !there;
  }

  // Runs `change`, which adds messages above, and keeps what is being read where it is.
  keepPlace(change) {
    const below = this.log.scrollHeight - this.log.scrollTop;
    change();
    this.log.scrollTop = this.log.scrollHeight - below;
  }

  nearEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END_PX;
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

// Styles without a style element: a page's policy against inline styles does not touch constructed sheets.
function dress(root, css) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(make("style", { nonce: SCRIPT.nonce }, css));
  }
}
