import { t } from "../texts/index.ts";
import type { TextKey } from "../texts/index.ts";
import { Dialog } from "./dialog.tsx";
import { sections } from "./shell.tsx";

export function Help({ onClose }: { onClose: () => void }) {
  const keys: Array<[string[], string]> = [
    [["/"], t("help.search")],
    [["j", "k"], t("help.move")],
    [["Enter"], t("help.enter")],
    [["x"], t("help.select")],
    [["f"], t("help.filter")],
    [["l"], t("help.live")],
    [["r"], t("help.retry")],
    [["Esc"], t("help.close")],
    ...sections.map(({ name, key }): [string[], string] => [["g", key], t(`nav.${name}` as TextKey)]),
    [["?"], t("help.help")],
  ];
  return (
    <Dialog title={t("help.title")} onClose={onClose}>
      <dl class="help-keys">
        {keys.map(([names, what]) => [<dt key={what}>{names.map((name) => <kbd key={name}>{name}</kbd>)}</dt>, <dd>{what}</dd>])}
      </dl>
    </Dialog>
  );
}
