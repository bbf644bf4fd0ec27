// Server-sent events over fetch, which can carry headers; EventSource cannot.
const SILENCE_MS = 40000; // the server says something every 15 s

// Yields {name, data}. Throws when the connection breaks or goes silent; returns when the server ends it.
async function* events(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let whole = false;
  try {
    while (!whole) {
      const { done, value } = await inTime(reader.read());
      whole = done;
      if (done) break;
      rest += decoder.decode(value, { stream: true });
      const frames = rest.split("\n\n");
      rest = frames.pop();
      for (const frame of frames) {
        const event = parsed(frame);
        if (event) yield event;
      }
    }
  } finally {
    if (!whole) reader.cancel().catch(() => {});
  }
}

function parsed(frame) {
  let name = "message";
  let data = "";
  for (const line of frame.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return data ? { name, data: JSON.parse(data) } : null;
}

function inTime(promise) {
  let timer;
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("silent")), SILENCE_MS);
  });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}
