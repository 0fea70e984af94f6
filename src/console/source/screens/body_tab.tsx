// An event's body as a tree and as it came. Personal data, signing links and API tokens are not even in the page until they are
// asked for.
import { useMemo, useState } from "preact/hooks";
import type { EventDetail } from "../../generated/api.ts";
import { JsonError, type JsonNode, parseJson, pointerStep, scalarText } from "../lib/json.ts";
import { type Hidden, type Secret, findHidden, segments } from "../lib/mask.ts";
import { visible } from "../lib/visible.ts";
import { language } from "../state/preferences.ts";
import { t } from "../texts/index.ts";
import { Button, copyText } from "../ui/basic.tsx";
import { saveFile } from "../ui/download.ts";
import { Icon } from "../ui/icon.tsx";
import { Blank } from "../ui/loaded.tsx";
import { Segments } from "../ui/shell.tsx";

export function formatBytes(bytes: number): string {
  const number = (value: number, digits: number) => value.toLocaleString(language.value, { maximumFractionDigits: digits });
  if (bytes < 1024) return t("units.bytes", { n: bytes });
  const units = t("units.binary").split(" ");
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${number(value, value < 10 ? 1 : 0)} ${units[unit]}`;
}

interface Reveal {
  persons: boolean;
  all: boolean;
  one: ReadonlySet<number>; // where those begin that were clicked
}

const isShown = (reveal: Reveal, secret: Secret, start: number) => reveal.all || (reveal.persons && secret === "person") || reveal.one.has(start);

function Mask({ secret, onReveal }: { secret: Secret; onReveal: () => void }) {
  return (
    <button type="button" class="mask" aria-label={t(`body.reveal.${secret}`)} title={t(`body.reveal.${secret}`)} onClick={onReveal}>
      <Icon name="hidden" /> •••
    </button>
  );
}

interface TreeContext {
  hidden: Map<number, Secret>;
  reveal: Reveal;
  onReveal: (start: number) => void;
  depth: number; // open down to this depth
}

const mostItems = 100;
const longString = 400;

function Value({ node, context }: { node: JsonNode; context: TreeContext }) {
  const [whole, setWhole] = useState(false);
  if (node.kind === "string") {
    const secret = context.hidden.get(node.start + 1);
    if (secret && !isShown(context.reveal, secret, node.start + 1)) return <Mask secret={secret} onReveal={() => context.onReveal(node.start + 1)} />;
    const text = visible(node.value);
    const cut = !whole && text.length > longString;
    return (
      <span class="value string">
        "<bdi>{cut ? `${text.slice(0, longString)}…` : text}</bdi>"
        {cut && <> <button type="button" class="mask" onClick={() => setWhole(true)}>{t("body.cut", { size: formatBytes(text.length) })}</button></>}
      </span>
    );
  }
  return <span class={`value ${node.kind}`}>{scalarText(node)}</span>;
}

function Entry({ name, node, pointer, depth, context }: { name: string | number | null; node: JsonNode; pointer: string; depth: number; context: TreeContext }) {
  const [open, setOpen] = useState(depth < context.depth);
  const [most, setMost] = useState(mostItems);
  const children = node.kind === "object" ? node.members.map(({ name: each, value }) => [each, value] as const)
    : node.kind === "array" ? node.items.map((item, index) => [index, item] as const) : null;
  const secret = node.kind === "string" ? context.hidden.get(node.start + 1) : undefined;
  const scalar = children === null && !(secret && !isShown(context.reveal, secret, node.start + 1));
  return (
    <li>
      <div class="entry">
        {children && children.length > 0 ? (
          <button type="button" class="fold" aria-expanded={open} aria-label={t("body.fold", { pointer: visible(pointer) || "/" })} onClick={() => setOpen(!open)}><Icon name="right" /></button>
        ) : <span class="leaf" />}
        {name !== null && <span class="key"><bdi>{visible(String(name))}</bdi>:</span>}
        {children ? (
          <span class="hint">{node.kind === "object" ? `{ ${t("body.members", { n: children.length })} }` : `[ ${t("body.items", { n: children.length })} ]`}</span>
        ) : <Value node={node} context={context} />}
        <span class="tools">
          {scalar && pointer !== "" && (
            <Button kind="quiet" icon="filter" label={t("body.copy_when")} onClick={() => void copyText(`when: { ${pointer}: ${node.kind === "string" ? JSON.stringify(node.value) : scalarText(node)} }`)} />
          )}
          {pointer !== "" && <Button kind="quiet" icon="copy" label={t("body.copy_pointer", { pointer: visible(pointer) })} onClick={() => void copyText(pointer)} />}
        </span>
      </div>
      {children && open && (
        <ul>
          {children.slice(0, most).map(([each, value], index) => <Entry key={index} name={each} node={value} pointer={pointer + pointerStep(each)} depth={depth + 1} context={context} />)}
          {children.length > most && <li><Button kind="quiet" onClick={() => setMost(most + 500)}>{t("common.more")}</Button></li>}
        </ul>
      )}
    </li>
  );
}

const longRaw = 64 * 1024;

function Raw({ text, hidden, reveal, onReveal }: { text: string; hidden: Hidden[]; reveal: Reveal; onReveal: (start: number) => void }) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > longRaw;
  let at = 0;
  return (
    <>
      <pre class="text" tabIndex={0}>
        {segments(text, hidden).map((piece) => {
          const start = at;
          at += piece.text.length;
          if (cut && start > longRaw) return null;
          if (piece.secret && !isShown(reveal, piece.secret, start)) return <Mask key={start} secret={piece.secret} onReveal={() => onReveal(start)} />;
          return visible(cut ? piece.text.slice(0, longRaw - start) : piece.text, "lines");
        })}
      </pre>
      {cut && <Button onClick={() => setWhole(true)}>{t("body.cut", { size: formatBytes(text.length) })}</Button>}
    </>
  );
}

export function BodyTab({ event }: { event: EventDetail }) {
  const [view, setView] = useState<"tree" | "raw">("tree");
  const [reveal, setReveal] = useState<Reveal>({ persons: false, all: false, one: new Set() });
  const [depth, setDepth] = useState({ depth: 3, round: 0 });
  const [anyway, setAnyway] = useState(false);
  const raw = event.raw_body;
  const parsed = useMemo(() => {
    if (raw === null) return null;
    try {
      const root = parseJson(raw);
      const found = findHidden(root);
      return { root, found, hidden: new Map(found.map(({ start, secret }) => [start, secret])) };
    } catch (error) {
      return { failed: error instanceof JsonError ? error.reason : ("syntax" as const) };
    }
  }, [raw]);

  if (raw === null || parsed === null) {
    return <Blank quiet icon="hidden" title={event.erased ? t("event.body_erased") : t("event.purged")} />;
  }
  const size = new TextEncoder().encode(raw).length;
  const tools = (
    <div class="chips">
      <Button kind="quiet" icon="copy" onClick={() => void copyText(raw)}>{t("body.copy_raw")}</Button>
      <Button kind="quiet" icon="download" onClick={() => saveFile(`${event.id}.json`, "application/json", raw)}>{t("body.download")}</Button>
    </div>
  );
  if ("failed" in parsed) {
    return (
      <>
        <div class="callout warn"><Icon name="lost" /><div><strong>{t("body.not_json")}</strong><span>{parsed.failed === "depth" ? t("body.too_deep") : ""}</span></div></div>
        {tools}
        {anyway ? <Raw text={raw} hidden={[]} reveal={reveal} onReveal={() => {}} /> : <div><Button onClick={() => setAnyway(true)}>{t("body.show_raw_anyway")}</Button></div>}
      </>
    );
  }
  const onReveal = (start: number) => setReveal({ ...reveal, one: new Set([...reveal.one, start]) });
  const still = parsed.found.filter(({ secret, start }) => !isShown(reveal, secret, start));
  const kinds = (["person", "link", "token"] as const).filter((kind) => still.some(({ secret }) => secret === kind));
  const onlyPersons = still.some(({ secret }) => secret === "person");
  return (
    <>
      {parsed.found.length > 0 && (
        <div class="callout inline">
          <Icon name={still.length > 0 ? "hidden" : "eye"} />
          <div>
            {still.length > 0 ? (
              <span>
                <strong>{t("body.hidden", { n: still.length, kinds: kinds.map((kind) => t(`body.${kind}`)).join(", ") })}</strong>{" "}
                <span class="soft">{t("body.hidden_note")}</span>
              </span>
            ) : <strong>{t("body.all_shown")}</strong>}
            <div class="actions">
              {onlyPersons && <Button icon="eye" onClick={() => setReveal({ ...reveal, persons: true })}>{t("body.show_persons")}</Button>}
              {!onlyPersons && still.length > 0 && <Button icon="eye" onClick={() => setReveal({ ...reveal, all: true })}>{t("body.show_all")}</Button>}
              {still.length < parsed.found.length && <Button icon="hidden" onClick={() => setReveal({ persons: false, all: false, one: new Set() })}>{t("body.hide")}</Button>}
            </div>
          </div>
        </div>
      )}
      <div class="toolbar">
        <Segments label={t("event.tab.body")} value={view} options={[["tree", t("body.tree")], ["raw", t("body.raw")]]} onChange={setView} />
        <span class="small faint">{t("body.size", { size: formatBytes(size) })}</span>
        <div class="end">
          {view === "tree" && (
            <>
              <Button kind="quiet" onClick={() => setDepth({ depth: 99, round: depth.round + 1 })}>{t("body.expand")}</Button>
              <Button kind="quiet" onClick={() => setDepth({ depth: 1, round: depth.round + 1 })}>{t("body.collapse")}</Button>
            </>
          )}
          {tools}
        </div>
      </div>
      {view === "tree" ? (
        <ul class="tree" key={`${event.id} ${depth.round}`}>
          <Entry name={null} node={parsed.root} pointer="" depth={0} context={{ hidden: parsed.hidden, reveal, onReveal, depth: depth.depth }} />
        </ul>
      ) : <Raw text={raw} hidden={parsed.found} reveal={reveal} onReveal={onReveal} />}
    </>
  );
}
