// Which of the instances that share a database need somebody.
import type { Instance } from "../../generated/api.ts";

/** Those that run with another configuration than most; in a draw, than the one that answers. */
export function oddOnes(all: Instance[]): Instance[] {
  const running = all.filter(({ state }) => state === "running");
  const votes = new Map<string, number>();
  for (const { fingerprint, answers } of running) votes.set(fingerprint, (votes.get(fingerprint) ?? 0) + (answers ? 1.5 : 1));
  const usual = [...votes].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 0])[0];
  return running.filter(({ fingerprint }) => fingerprint !== usual);
}

/** The names that more than one of those that run has. */
export const sharedNames = (all: Instance[]): string[] => [...new Set(all.filter((each) => each.shares_name).map(({ name }) => name))];

export const silentOnes = (all: Instance[]): Instance[] => all.filter(({ state }) => state === "gone");
