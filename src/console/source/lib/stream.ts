// Server-sent events, read by hand: unlike EventSource this tells why a connection failed, and resumes after any answer.

export interface Message {
  id: string | null;
  event: string;
  data: string;
}

/** Cuts a text stream into messages; call with each piece as it comes. */
export function messageReader(): (piece: string) => Message[] {
  let rest = "";
  let id: string | null = null;
  let event = "message";
  let data: string[] = [];
  return (piece) => {
    const messages: Message[] = [];
    // A carriage return at the end may be the first half of a line's end.
    const text = rest + piece;
    const held = text.endsWith("\r") ? 1 : 0;
    const lines = text.slice(0, text.length - held).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? "") + text.slice(text.length - held);
    for (const line of lines) {
      if (line === "") {
        if (id !== null || data.length > 0) messages.push({ id, event, data: data.join("\n") });
        id = null;
        event = "message";
        data = [];
      } else if (!line.startsWith(":")) {
        const colon = line.indexOf(":");
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "id") id = value;
        else if (field === "event") event = value;
        else if (field === "data") data.push(value);
      }
    }
    return messages;
  };
}
