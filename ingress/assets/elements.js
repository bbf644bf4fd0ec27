// Small makers of elements. Text goes in as text: nothing a visitor, a model or a person writes is ever read as markup.
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: "M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-4.6 4.1A.8.8 0 0 1 5 19.5V16a2.5 2.5 0 0 1-1-2z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4.5 12h13M12 5.5l6.5 6.5-6.5 6.5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.7-6 7.500-6s6.900 2 7.500 6z",
  spark: "M12 3l1.900 5.600L19.500 10.500l-5.600 1.900L12 18l-1.900-5.600L4.500 10.500l5.600-1.900z",
};
const LINKS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g;
// Phone numbers, dates and prices, whose parts an Arabic or Hebrew sentence would else put in the wrong order.
const ISLANDS = /(?:\+|\(\d{2,5}\) ?)?\d[\d /.-]{5,18}\d|[£$€₪] ?\d(?:[\d.,]*\d)?/g;

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

function icon(name, kind = "line") {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: `icon ${kind}`, "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// Text with its addresses made into links, and its numbers read from left to right.
function linked(text) {
  const plain = (between) => split(between, ISLANDS, (found) => make("bdi", { dir: "ltr" }, found[0]));
  return split(text, LINKS, (found) => {
    const href = found[1] || `mailto:${found[2]}`;
    return make("a", { href, dir: "ltr", target: "_blank", rel: "noopener noreferrer nofollow" }, found[0]);
  }, plain);
}

// What `pattern` finds, each made into an element, between what it does not.
function split(text, pattern, element, other = (between) => between) {
  const parts = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    parts.append(other(text.slice(from, found.index)), element(found));
    from = found.index + found[0].length;
  }
  parts.append(other(text.slice(from)));
  return parts;
}

function clockTime(at) {
  return at.toLocaleTimeString(LOCALE, { hour: "numeric", minute: "2-digit" });
}

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return TEXTS.today;
  if (days === 1) return TEXTS.yesterday;
  return at.toLocaleDateString(LOCALE, { weekday: "long", day: "numeric", month: "long" });
}
