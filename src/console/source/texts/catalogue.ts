// Every text of the page, in English and French side by side: [English, French]. {name} is filled in; "one|other" is chosen by {n}.
// French spaces before ; : ! ? % and inside « » are made unbreakable when a text is shown.
import { deliveries } from "./deliveries.ts";
import { event } from "./event.ts";
import { events } from "./events.ts";
import { overview } from "./overview.ts";
import { records } from "./records.ts";
import { shell } from "./shell.ts";
import { transactions } from "./transactions.ts";
import { types } from "./types.ts";

export const catalogue = { ...shell, ...overview, ...events, ...event, ...deliveries, ...transactions, ...records, ...types };

export type TextKey = keyof typeof catalogue;
