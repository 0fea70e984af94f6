// Drawn by hand on a grid of 24; a group of events is known by its shape, not by its colour alone.

const shapes = {
  overview: "M4 4h7v7H4zM13 4h7v4h-7zM13 11h7v9h-7zM4 14h7v6H4z",
  events: "M4 6h16M4 12h16M4 18h10",
  deliveries: "M3 12h13M11 6l6 6-6 6M21 5v14",
  handlers: "M6 3v6a6 6 0 0 0 12 0V3M9 3v4M15 3v4M12 15v6",
  lost: "M12 8v5M12 16.5v.5M10.3 4.2 2.9 17.5A2 2 0 0 0 4.6 20.5h14.8a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0z",
  report: "M5 20V11M12 20V4M19 20v-6",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  left: "M15 6l-6 6 6 6",
  up: "M6 15l6-6 6 6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  cross: "M7 7l10 10M17 7 7 17",
  filter: "M4 5h16l-6.2 7.4V19l-3.6-2v-4.6z",
  live: "M12 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM8.2 15.8a5.4 5.4 0 0 1 0-7.6M15.8 8.2a5.4 5.4 0 0 1 0 7.6M5.3 18.7a9.5 9.5 0 0 1 0-13.4M18.7 5.3a9.5 9.5 0 0 1 0 13.4",
  pause: "M8 5v14M16 5v14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  retry: "M20 11a8 8 0 0 0-14.3-4L3.5 9M3.5 4v5h5M4 13a8 8 0 0 0 14.3 4l2.2-2M20.5 20v-5h-5",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
  help: "M9.2 9a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.2M12 17v.4M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  hidden: "M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-3 3.7M6.3 7.3A15.6 15.6 0 0 0 2.5 12S6 18.5 12 18.5c1.5 0 2.9-.4 4.1-1",
  shield: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5",
  broken: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6zM9.5 9.5l5 5M14.5 9.5l-5 5",
  window: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  transaction: "M6 3h8l4.5 4.5V21H6zM14 3v5h4.5M9 16.5c1.5-2.5 2.5-2.5 3 0 .5 1 1.5.5 3-1",
  action: "M4 20l1.2-4.5L16.5 4.2a1.8 1.8 0 0 1 2.6 0l.7.7a1.8 1.8 0 0 1 0 2.6L8.5 18.8zM14.5 6.5l3 3",
  apikey: "M8 20a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM11.2 12.3 20 3.5M16 7.5l3 3",
  identity: "M3.5 6h17v12h-17zM8.5 12.2a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM6 15.5a2.6 2.6 0 0 1 5 0M14 10h4M14 14h3",
  registration: "M12 13.5a4.8 4.8 0 1 0 0-9.6 4.8 4.8 0 0 0 0 9.6zM9 13l-1.5 7.5L12 18l4.5 2.5L15 13",
  other: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z",
  trash: "M4 7h16M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13",
  print: "M7 8V3.5h10V8M7 17H4V8h16v9h-3M7 14h10v6.5H7z",
  export: "M12 15V4M7.5 8 12 3.5 16.5 8M5 13v7h14v-7",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}

const groups: Record<string, IconName> = {
  transaction: "transaction", action: "action", apikey: "apikey", "identity-validation": "identity", registration: "registration",
};

export const groupOf = (type: string): string => {
  const group = type.split(".", 1)[0] ?? "";
  return group in groups ? group : "other";
};

export const groupIcon = (type: string): IconName => groups[groupOf(type)] ?? "other";
