// One visitor's conversation: what was said, what is on its way, who answers. The server's rows win over what is shown.
const TRIES = 8; // then the visitor decides
const PAGE = 30;
const HIDDEN_MS = 30000; // a hidden page lets go of its stream: browsers allow six to one host
const RECENT_MS = 86400000;

class Conversation {
  constructor() {
    this.memory = new Memory(ACCOUNT);
    this.items = []; // {author, text, order, at?, id?, key?, turn?, sources?, state?, note?, parts?}
    this.owner = "bot";
    this.expected = new Set(); // turns that took another's messages and whose end is awaited
    this.ends = new Set(); // turns that have ended
    this.accepted = Promise.resolve(); // messages are sent in the order they were written
    this.next = null; // cursor of earlier messages
    this.watched = false;
  }

  // The session

  async begin() {
    const { token, language } = this.memory.read();
    const response = await call("/api/v1/widget/session", {
      method: "POST",
      headers: { "Content-Type": "text/plain" }, // spares the browser a preflight on each page
      body: { account_token: ACCOUNT, token, language },
    });
    this.session = await response.json();
    speak(this.session.language);
    this.skewMs = Date.parse(this.session.now) - Date.now();
    if (token) this.memory.write({ token: this.session.token, ...(this.session.continued ? {} : { outbox: [] }) });
    return this.session;
  }

  // After a 401: the token is no longer valid. Once a new one helps; without, the account is gone.
  async renew() {
    this.memory.write({ token: undefined });
    await this.begin();
  }

  headers(more) {
    return { "X-API-Key": ACCOUNT, ...more };
  }

  get known() {
    return Boolean(this.memory.read().token);
  }

  get recent() {
    return this.known && Date.now() - (this.memory.read().active || 0) < RECENT_MS;
  }

  // Showing

  attach(view) {
    this.view = view;
    this.greet();
    for (const { key, text } of this.memory.outbox) this.post(key, text);
  }

  greet() {
    this.items.unshift({ author: "bot", text: this.session.greeting, order: 0, greeting: true });
    this.refresh({ quietly: true });
  }

  refresh(how) {
    this.items.sort((one, other) => one.order - other.order);
    this.view.show(this.items, how);
    const waits = this.items.some((each) => each.state === "waiting" && !each.answering);
    this.view.writing(this.owner === "bot" && (waits || this.expected.size > 0));
    const answers = this.items.filter((each) => each.author === "bot" || each.author === "human");
    this.view.answers(this.owner, answers[answers.length - 1]?.author === "human");
    const said = this.items.some((each) => each.author === "visitor");
    const offers = this.session.quick_replies.filter((each, at, all) => !said || at === all.length - 1);
    this.view.suggest(this.owner === "bot" ? offers : []);
    this.noteSeen();
  }

  // The server's clock, as far as we know: messages are in its order.
  get now() {
    return Date.now() + this.skewMs;
  }

  add(item) {
    const last = this.items.reduce((most, each) => Math.max(most, each.order), 0);
    const added = { order: Math.max(last + 1, this.now), ...item };
    this.items.push(added);
    return added;
  }

  // Sending

  send(text) {
    this.memory.write({ token: this.session.token, active: Date.now() });
    this.post(newKey(), text);
    this.watch();
    this.view.toEnd();
  }

  post(key, text) {
    this.memory.hold(key, text);
    const item = this.items.find((each) => each.key === key) || this.add({ author: "visitor", text, key });
    item.state = "sending";
    this.refresh();
    this.view.toEnd();
    const before = this.accepted;
    this.accepted = new Promise((resolve) => {
      before.then(() => this.deliver(item, resolve)).finally(resolve);
    });
  }

  async deliver(item, accepted) {
    let renewed = false;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.stream(item, accepted);
        this.settle(item);
        return;
      } catch (error) {
        if (error instanceof Refused && error.status === 401 && !renewed) {
          renewed = true;
          await this.renew().catch(() => {});
          if (this.session) this.memory.write({ token: this.session.token });
          continue;
        }
        const lasting = error instanceof Refused && (error.lasting || error.status === 401);
        if (lasting || attempt + 1 >= TRIES) {
          this.fail(item, error, lasting);
          return;
        }
        if (item.state === "sending") item.state = "retrying";
        if (error instanceof Refused && error.status === 429) this.view.say(refusal(429));
        this.refresh();
        await pause(pauseMs(attempt, error));
      }
    }
  }

  fail(item, error, lasting) {
    if (lasting) this.memory.drop(item.key);
    item.state = "failed";
    item.answering = false;
    item.error = lasting ? refusal(error.status) : TEXTS.failed;
    this.view.say("");
    this.refresh();
  }

  settle(item) {
    this.memory.drop(item.key);
    item.state = undefined;
    item.answering = false;
    this.view.say("");
    this.refresh();
  }

  retry(item) {
    this.post(item.key, item.text);
  }

  // One try: send, then read the reply sentence by sentence up to its end.
  async stream(item, accepted) {
    const response = await call("/api/v1/chat", {
      method: "POST",
      headers: this.headers({ "Content-Type": "application/json", Accept: "text/event-stream", "Idempotency-Key": item.key }),
      body: { session_id: this.session.token, message: item.text },
    });
    accepted();
    item.state = "waiting";
    this.view.say("");
    this.refresh();
    const turn = (response.headers.get("Location") || "").split("/").pop();
    let ended = false;
    try {
      for await (const { name, data } of events(response)) {
        if (name === "sentence") this.hear(item, turn, data);
        else if (name === "error") throw new Error("interrupted");
        else if (["done", "stopped", "superseded"].includes(name)) {
          this.end(turn, name, data);
          ended = true; // the server closes now
        }
      }
    } catch (error) {
      if (!ended) throw error;
    }
    if (!ended) throw new Error("the stream ended before the answer");
  }

  hear(item, turn, { n, text }) {
    item.answering = true;
    const reply = this.replyOf(turn) || this.answer(turn);
    reply.parts = reply.parts || [];
    reply.parts[n - 1] = text;
    if (!reply.id) reply.text = reply.parts.join("");
    this.refresh();
  }

  replyOf(turn) {
    return this.items.find((each) => each.author === "bot" && turn && each.turn === turn);
  }

  answer(turn) {
    this.view.came();
    return this.add({ author: "bot", text: "", turn });
  }

  end(turn, name, data) {
    this.ends.add(data.turn_id);
    this.expected.delete(data.turn_id);
    if (name === "superseded") {
      if (data.superseded_by && !this.ends.has(data.superseded_by)) this.expected.add(data.superseded_by);
      return;
    }
    const reply = this.replyOf(turn) || this.replyOf(data.turn_id) || (data.reply ? this.answer(data.turn_id) : null);
    if (reply) {
      reply.turn = data.turn_id;
      reply.text = data.reply || reply.text;
      reply.sources = data.sources;
      reply.at = reply.at || new Date(this.now).toISOString();
      if (name === "stopped" && data.reason !== "human") reply.note = TEXTS.cut;
    } else if (data.state === "failed") {
      this.note(TEXTS.unanswered);
    }
    if (data.state === "handed_over") this.ownedBy("human");
    if (data.language) this.follow(data.language);
  }

  // The visitor was answered in another language than ours: from now on everything here is in it.
  async follow(language) {
    if (!WORDS[language] || language === this.session.language) return;
    this.memory.write({ language });
    await this.begin().catch(() => {});
    this.items.find((each) => each.greeting).text = this.session.greeting;
    this.view.dressed(this.session);
    this.refresh({ quietly: true });
  }

  note(text) {
    this.add({ author: "event", text });
  }

  ownedBy(owner, quietly = false) {
    if (owner === this.owner) return;
    this.owner = owner;
    if (!quietly && owner === "bot") this.note(TEXTS.assistantBack);
    this.refresh({ quietly });
  }

  // Hearing what happens besides

  // Watches as long as there is somebody to show it to.
  get worthwhile() {
    return this.known && !this.away && (this.view.isOpen || this.recent);
  }

  async watch() {
    if (this.watched || !this.worthwhile) return;
    this.watched = true;
    for (let attempt = 0; this.worthwhile; ) {
      try {
        await this.listen(() => (attempt = 0));
      } catch (error) {
        if (error instanceof Refused && error.lasting) break;
        if (error instanceof Refused && error.status === 401) {
          if (attempt > 1) break;
          await this.renew().catch(() => {});
        }
      }
      if (!this.worthwhile) break;
      attempt += 1;
      if (attempt > 2) this.view.say(TEXTS.offline);
      await pause(pauseMs(attempt, null));
    }
    this.watched = false;
  }

  async listen(ready) {
    this.listening = new AbortController();
    const headers = this.headers({ Authorization: `Bearer ${this.session.token}` });
    const response = await call("/api/v1/widget/events", { headers, signal: this.listening.signal });
    for await (const { name, data } of events(response)) {
      if (name === "ready") {
        await this.read();
        this.ownedBy(data.owner, true);
        this.view.say("");
        ready();
      } else if (name === "message") this.merge([data]);
      else if (name === "owner") this.ownedBy(data.owner);
      else if (name === "turn") this.ended(data);
    }
  }

  // A turn's end, told beside its stream: what joined it need not wait any longer.
  ended({ turn_id: turn, state }) {
    this.ends.add(turn);
    if (this.expected.delete(turn) && state === "failed") this.note(TEXTS.unanswered);
    this.refresh();
  }

  leave() {
    this.listening?.abort();
  }

  // Reading what was said

  async page(cursor) {
    const query = `?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`;
    const headers = this.headers({ Authorization: `Bearer ${this.session.token}` });
    return (await call(`/api/v1/widget/messages${query}`, { headers })).json();
  }

  async read() {
    const first = !this.items.some((each) => each.id);
    const { messages, next } = await this.page();
    if (first) {
      this.next = next;
      this.view.hasEarlier(Boolean(next));
    }
    const unseen = messages.filter((each) => each.author !== "visitor" && Date.parse(each.at) > this.seen);
    this.merge(messages, first);
    if (first) unseen.forEach(() => this.view.came()); // said while the visitor was on another page
  }

  // Until when (the server's clock) the visitor has read; a page that never was open has read nothing.
  get seen() {
    return this.memory.read().seen || Infinity;
  }

  noteSeen() {
    const last = this.items.reduce((most, each) => Math.max(most, Date.parse(each.at) || 0), 0);
    if (this.known && this.view.isOpen && last > (this.memory.read().seen || 0)) this.memory.write({ seen: last });
  }

  async readEarlier() {
    if (!this.next) return;
    const { messages, next } = await this.page(this.next).catch(() => ({ messages: [], next: this.next }));
    this.next = next;
    this.view.hasEarlier(Boolean(next));
    this.view.keepPlace(() => this.merge(messages, true));
  }

  merge(messages, quietly = false) {
    for (const row of messages) {
      const shown =
        this.items.find((each) => each.id === row.id || (row.key && each.key === row.key)) ||
        (row.author === "bot" ? this.replyOf(row.turn_id) : null);
      const item = shown || this.add({ author: row.author });
      if (!shown && row.author !== "visitor" && !quietly) this.view.came();
      Object.assign(item, { id: row.id, text: row.text, at: row.at, order: Date.parse(row.at), turn: row.turn_id });
      if (row.key) item.key = row.key;
      if (["sending", "retrying", "failed"].includes(item.state)) item.state = item.state === "failed" ? undefined : "waiting";
      if (row.sources.length) item.sources = row.sources;
    }
    this.refresh({ quietly });
  }
}
