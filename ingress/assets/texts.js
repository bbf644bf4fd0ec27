// What the widget says in its own name, in the visitor's language. The business's words come with the session.
let TEXTS = WORDS.en;
let LOCALE = []; // of dates: the browser's own where it speaks the same language

function speak(language) {
  TEXTS = WORDS[language] || WORDS.en;
  LOCALE = navigator.language.startsWith(language) ? [] : language;
}

// A text with what is to be filled in; of a count, its singular or its plural.
function filled(name, facts) {
  return TEXTS[name].replace(/\{(\w+)\}/g, (slot, fact) => facts[fact] ?? slot);
}

function counted(name, count, facts = {}) {
  return filled(`${name}${count === 1 ? "One" : "Other"}`, { count, ...facts });
}

// Why a message could not be sent, by the server's status.
function refusal(status) {
  return TEXTS[{ 403: "failed403", 413: "failedLong", 422: "failedLong", 429: "failed429" }[status]] || TEXTS.failed;
}
