// A business picks any colour; what is written on it or with it stays readable (WCAG 2.2: 4.5 to 1).
const ENOUGH = 4.5;
const ENOUGH_IN_THE_DARK = 6; // a colour that is only just readable looks dull there
const DEFAULT_COLOUR = [47, 111, 79];
const SURFACES = { light: [255, 255, 255], dark: [28, 33, 40] };

function channels(hex) {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex || "");
  return found ? found.slice(1).map((part) => parseInt(part, 16)) : DEFAULT_COLOUR;
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

// The colour, moved towards `end` until it stands out from `ground`.
function readable(rgb, ground, end, enough = ENOUGH) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = rgb.map((value, at) => Math.round(value + (end[at] - value) * share));
    if (contrast(mixed, ground) >= enough) return mixed;
  }
  return end;
}

// The rules that depend on the business's colour.
function colourRules(hex) {
  const css = (rgb) => `rgb(${rgb.join(" ")})`;
  const accent = channels(hex);
  const black = [0, 0, 0];
  const white = [255, 255, 255];
  const ink = contrast(white, accent) >= contrast(black, accent) ? white : black;
  const ground = contrast(ink, accent) >= ENOUGH ? accent : readable(accent, ink, ink === white ? black : white);
  const light = css(readable(accent, SURFACES.light, black));
  const dark = css(readable(accent, SURFACES.dark, white, ENOUGH_IN_THE_DARK));
  return (
    `:host { --accent: ${css(ground)}; --on-accent: ${css(ink)}; --accent-ink: ${light}; }` +
    `@media (prefers-color-scheme: dark) { :host { --accent-ink: ${dark}; } }`
  );
}
