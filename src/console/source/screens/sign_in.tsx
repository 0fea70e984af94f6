// A token is pasted once. Over the page where a session has ended, so that nothing typed there is lost.
import { useState } from "preact/hooks";
import { ApiError } from "../api/client.ts";
import { session, signIn } from "../state/session.ts";
import { t } from "../texts/index.ts";
import { Button, Field } from "../ui/basic.tsx";
import { useBusy } from "../ui/busy.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Mark } from "../ui/shell.tsx";

function SignInForm() {
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, run] = useBusy();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem("token") as HTMLInputElement;
    const token = input.value.trim();
    if (!token) return;
    void run(async () => {
      try {
        await signIn(token);
      } catch (error) {
        const told = error instanceof ApiError ? error : null;
        if (told?.status === 429) setFailed(t("sign.many", { seconds: told.retryAfter ?? 60 }));
        else if (told?.status === 401) setFailed(t("sign.wrong"));
        else setFailed(told?.kind === "unreachable" ? t("connection.lost") : (told?.detail ?? String(error)));
      } finally {
        input.value = "";
      }
    });
  };
  return (
    <form onSubmit={submit}>
      <Field label={t("sign.token")} hint={t("sign.where")}>
        <input name="token" type="password" autocomplete="off" spellcheck={false} required autoFocus />
      </Field>
      {failed && <p class="error-line" role="alert">{failed}</p>}
      <Button type="submit" kind="primary" disabled={busy}>{t("sign.submit")}</Button>
    </form>
  );
}

export function SignIn() {
  const state = session.value;
  if (state.is === "out" && state.ended) {
    return (
      <Dialog title={t("sign.title")} onClose={() => {}} closable={false}>
        <p class="soft">{t("sign.again")}</p>
        <SignInForm />
      </Dialog>
    );
  }
  return (
    <main class="sign">
      <div class="card">
        <Mark />
        {state.is === "out" && state.refused ? (
          <div><h1>{t("sign.refused")}</h1><p class="soft">{state.refused}</p></div>
        ) : <><div><h1>{t("sign.title")}</h1><p class="soft">{t("sign.lead")}</p></div><SignInForm /></>}
      </div>
    </main>
  );
}
