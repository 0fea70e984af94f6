// Which strings of a body are hidden until somebody asks: signing links and API tokens (whoever reads them gets in), and what
// tells of a person. The first two follow the daemon's own rule (include/webhookd/event/redaction.hpp), and
// tests/vectors/redaction.json holds both to it.
import type { JsonMember, JsonNode } from "./json.ts";

export type Secret = "link" | "token" | "person";

export interface Hidden {
  start: number;
  end: number;
  secret: Secret;
}

const email = /[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/;
const phone = /^\s*\+?\d[\d\s().-]{6,}\d\s*$/;

const personMembers = new Set([
  "email", "participant_email", "applicant", "actor", "signer", "from_participant", "to_participant", "recipient",
  "full_name", "fullname", "first_name", "firstname", "last_name", "lastname", "given_name", "family_name", "birth_name",
  "birth_date", "birthdate", "date_of_birth", "birth_place", "phone_number", "phone_num", "phone", "message",
]);
const phoneMembers = /phone|mobile|tel/i;

// Upper and lower case are the same, in ASCII alone.
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** `url`, `signing_url`, `signingUrl`; but not `curl`. */
function isNamed(name: string, word: string): boolean {
  if (!lower(name).endsWith(word)) return false;
  const before = name.length - word.length;
  return before === 0 || /[_-]/.test(name[before - 1] ?? "") || /[A-Z]/.test(name[before] ?? "");
}

const entrances = new Set(["action", "actions", "registration", "registrations", "identity_validation", "identity_validations", "identityvalidation"]);
const telling = new Set(["id", "object", "type", "action_id", "actionid", "registration_id", "registrationid"]);
const deepestLevel = 64; // what nests deeper is judged as if it was within an action

/** What a string is judged by beside its text: the members that it is in or below. */
interface Place {
  name: string; // of the nearest member
  inToken: boolean;
  inLink: boolean;
  inEntrance: boolean; // an action, a registration, an identity validation
  inMetadata: boolean;
  inPeople: boolean;
}

const within = (place: Place, name: string): Place => ({
  name,
  inToken: place.inToken || ["token", "tokens"].some((word) => isNamed(name, word)),
  inLink: place.inLink || ["url", "urls", "link", "links", "href"].some((word) => isNamed(name, word)),
  inEntrance: place.inEntrance || entrances.has(lower(name)),
  inMetadata: place.inMetadata || lower(name) === "metadata",
  inPeople: place.inPeople || people.has(name),
});

/** Whether an object is one whose addresses give access, by a member of its own. */
const isEntrance = (members: JsonMember[]) =>
  members.some(({ name, value }) =>
    telling.has(lower(name)) && value.kind === "string" &&
    /^(?:act_|reg_|(?:action|registration|identity[-_]validation)(?:\.|$))/.test(lower(value.value)));

function secretOf(value: string, place: Place): Secret | null {
  if (value === "") return null;
  const text = lower(value);
  if (place.inToken || text.includes("apikey_")) return "token";
  const isAddress = text.includes("http://") || text.includes("https://");
  if ((place.inLink || isAddress) && (place.inEntrance || (place.inLink && isAddress && !place.inMetadata))) return "link";
  if (value.startsWith("$") && !value.includes("@")) return null; // a participant who is not known yet: $Name
  if (personMembers.has(place.name) && !/^scd_[0-9a-f]+$/.test(value)) return "person";
  if (place.name === "name" && place.inPeople) return "person";
  if (email.test(value)) return "person";
  if (phone.test(value) && (phoneMembers.test(place.name) || value.trim().startsWith("+"))) return "person";
  return null;
}

const people = new Set(["participants", "watchers", "carbon_copies", "participant", "signer", "signers"]);

const nameMembers = new Set(["full_name", "fullname", "name"]);
const mostNames = 100;

/** Where each hidden string stands in the text that `root` was parsed from, quotes excluded; in order. */
export function findHidden(root: JsonNode): Hidden[] {
  const found: Hidden[] = [];
  // A contract's title often holds its signer's name: what contains a name that is hidden elsewhere is hidden, too.
  const names = new Set<string>();
  const shown: Array<{ start: number; end: number; value: string }> = [];
  const walk = (node: JsonNode, place: Place, level: number): void => {
    switch (node.kind) {
      case "string": {
        const secret = secretOf(node.value, place);
        const range = { start: node.start + 1, end: node.end - 1 };
        if (secret) found.push({ ...range, secret });
        else shown.push({ ...range, value: node.value });
        if (secret === "person" && nameMembers.has(place.name) && node.value.length > 4 && names.size < mostNames) names.add(node.value);
        break;
      }
      case "array": {
        const inside = level > deepestLevel ? { ...place, inEntrance: true } : place;
        for (const item of node.items) walk(item, inside, level + 1);
        break;
      }
      case "object": {
        const inEntrance = place.inEntrance || level > deepestLevel || isEntrance(node.members);
        for (const { name, value } of node.members) walk(value, within({ ...place, inEntrance }, name), level + 1);
        break;
      }
      default:
    }
  };
  walk(root, { name: "", inToken: false, inLink: false, inEntrance: false, inMetadata: false, inPeople: false }, 1);
  for (const { start, end, value } of shown) {
    for (const name of names) if (value.includes(name)) {
      found.push({ start, end, secret: "person" });
      break;
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

export interface Segment {
  text: string;
  secret: Secret | null;
}

/** The text in pieces, so that each hidden one can be shown or not. Pieces that are shown are joined. */
export function segments(text: string, hidden: Hidden[]): Segment[] {
  const pieces: Segment[] = [];
  let from = 0;
  for (const { start, end, secret } of hidden) {
    if (start > from) pieces.push({ text: text.slice(from, start), secret: null });
    pieces.push({ text: text.slice(start, end), secret });
    from = end;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), secret: null });
  return pieces;
}
