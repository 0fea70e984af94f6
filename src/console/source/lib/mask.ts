// Which strings of a body are hidden until somebody asks: signing links and API tokens (whoever reads them gets in), and what
// tells of a person. The first two follow the daemon's own rule, see "Secrets in bodies" in the README.
import type { JsonNode } from "./json.ts";

export type Secret = "link" | "token" | "person";

export interface Hidden {
  start: number;
  end: number;
  secret: Secret;
}

const address = /^\s*(?:https?:)?\/\//i;
const email = /[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/;
const phone = /^\s*\+?\d[\d\s().-]{6,}\d\s*$/;

const linkMembers = new Set(["url", "link", "href"]);
const linkObjects = new Set(["action", "registration", "identity-validation", "identity_validation"]);
const linkParents = new Set(["actions", "action", "registration", "registrations"]);
const personMembers = new Set([
  "email", "participant_email", "applicant", "actor", "signer", "from_participant", "to_participant", "recipient",
  "full_name", "fullname", "first_name", "firstname", "last_name", "lastname", "given_name", "family_name", "birth_name",
  "birth_date", "birthdate", "date_of_birth", "birth_place", "phone_number", "phone_num", "phone", "message",
]);
const phoneMembers = /phone|mobile|tel/i;

interface Place {
  name: string; // of the nearest member
  inMetadata: boolean;
  inLinkObject: boolean;
  inPeople: boolean;
}

function secretOf(value: string, place: Place): Secret | null {
  if (value === "") return null;
  if (value.includes("apikey_") || place.name === "token") return "token";
  if (address.test(value) && (place.inLinkObject || (linkMembers.has(place.name) && !place.inMetadata))) return "link";
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
  const walk = (node: JsonNode, place: Place): void => {
    switch (node.kind) {
      case "string": {
        const secret = secretOf(node.value, place);
        const range = { start: node.start + 1, end: node.end - 1 };
        if (secret) found.push({ ...range, secret });
        else shown.push({ ...range, value: node.value });
        if (secret === "person" && nameMembers.has(place.name) && node.value.length > 4 && names.size < mostNames) names.add(node.value);
        break;
      }
      case "array":
        for (const item of node.items) walk(item, place);
        break;
      case "object": {
        const kind = node.members.find(({ name }) => name === "object")?.value;
        const inLinkObject = place.inLinkObject || (kind?.kind === "string" && linkObjects.has(kind.value));
        for (const { name, value } of node.members) {
          walk(value, {
            name,
            inMetadata: place.inMetadata || name === "metadata",
            inLinkObject: inLinkObject || linkParents.has(name),
            inPeople: people.has(name) || place.inPeople,
          });
        }
        break;
      }
      default:
    }
  };
  walk(root, { name: "", inMetadata: false, inLinkObject: false, inPeople: false });
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
