// Text of others, made to show as what it is. Characters that do not show as themselves (controls, bidirectional overrides,
// zero width) could turn a line around or hide a part of it; they are written as escapes, as the daemon's log does.

const invisible =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

export function visible(text: string, keep: "lines" | "" = ""): string {
  return text.replace(invisible, (character) => {
    if (keep === "lines" && (character === "\n" || character === "\t" || character === "\r")) return character === "\r" ? "" : character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Both ends of a long id: they are what people compare. */
export function shortened(text: string, most = 28): string {
  if (text.length <= most) return text;
  const tail = Math.floor(most / 3);
  return `${text.slice(0, most - tail - 1)}…${text.slice(-tail)}`;
}
