import { apiBase } from "../api/client.ts";
import { asCommand, asCurl } from "../lib/commands.ts";
import { session } from "../state/session.ts";
import { t } from "../texts/index.ts";
import { copyText } from "./basic.tsx";
import { Menu, MenuItem } from "./menu.tsx";

/** The call behind a screen, for a terminal. */
export function CopyAs({ path, query = {}, method = "GET", command, argument }: {
  path: string;
  query?: Record<string, string>;
  method?: string;
  command?: string; // of universign-webhookd, where it has one
  argument?: string;
}) {
  const state = session.value;
  const hasToken = state.is === "in" && state.session.name !== null;
  const curl = asCurl(apiBase, method, path, query, hasToken);
  const cli = command ? asCommand(apiBase, command, query, argument) : null;
  return (
    <Menu label={t("common.copy_as")} icon="copy" text={t("common.copy_as")} kind="quiet">
      {(close) => (
        <div class="copy-as">
          {[["common.copy_curl", curl] as const, ...(cli ? [["common.copy_cli", cli] as const] : [])].map(([name, text]) => (
            <div key={name}>
              <MenuItem icon="copy" onClick={() => void copyText(text).then(close)}>{t(name)}</MenuItem>
              <code>{text}</code>
            </div>
          ))}
        </div>
      )}
    </Menu>
  );
}
