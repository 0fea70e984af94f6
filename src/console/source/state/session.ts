// Who the page is signed in as. The token itself is sent once and forgotten; a cookie that scripts cannot read stands for it.
import { signal } from "@preact/signals";
import { ApiError, authority, call } from "../api/client.ts";
import type { Session } from "../../generated/api.ts";

export type SessionState =
  | { is: "unknown" }
  | { is: "in"; session: Session }
  | { is: "out"; ended: boolean; refused?: string }; // refused: why this daemon lets nobody in from here

export type Role = Session["role"];

/** Grows each time somebody has signed in: what was refused before is asked for again. */
export const signIns = signal(0);

export const session = signal<SessionState>({ is: "unknown" });

const ranks: Record<Role, number> = { integrator: 0, admin: 1, owner: 2 };

export function may(role: Role): boolean {
  const state = session.value;
  // What is not known the daemon decides.
  return state.is !== "in" || ranks[state.session.role] >= ranks[role];
}

export async function findSession(): Promise<void> {
  try {
    session.value = { is: "in", session: await call("GET /v1/session") };
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind === "unreachable") return;
    if (error.status === 401) session.value = { is: "out", ended: false };
    if (error.status === 403) session.value = { is: "out", ended: false, refused: error.detail };
  }
}

export async function signIn(token: string): Promise<void> {
  session.value = { is: "in", session: await call("POST /v1/session", { body: { token } }) };
  signIns.value += 1;
}

export async function signOut(): Promise<void> {
  await call("DELETE /v1/session");
  session.value = { is: "out", ended: false };
}

authority.onUnauthorized = () => {
  const before = session.peek();
  if (before.is !== "out") session.value = { is: "out", ended: before.is === "in" };
};
