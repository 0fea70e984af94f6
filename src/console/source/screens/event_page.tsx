// An event at its own address.
import { ApiError, call } from "../api/client.ts";
import { useQuery } from "../state/query.ts";
import { go, href, lastList, route } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { EventState, PageHead, TypeName } from "../ui/basic.tsx";
import { Blank, Loaded } from "../ui/loaded.tsx";
import { EventView, eventTabs, useEvent } from "./event_detail.tsx";

export function EventPage({ id }: { id: string }) {
  const { params } = route.value;
  const endpoint = params.get("endpoint");
  const tab = eventTabs.find((each) => each === params.get("tab")) ?? "story";
  const query = useEvent(id, endpoint);
  const ambiguous = query.error instanceof ApiError && query.error.status === 400 && !endpoint;
  const event = query.data;
  return (
    <>
      <PageHead
        back={{ to: lastList.hash, name: t("nav.events") }}
        title={event ? <span class="headline"><TypeName type={event.type} both /> {(event.state || event.stalled_reason) && <EventState state={event.state} reason={event.stalled_reason} />}</span> : t("common.event")}
      />
      <div class="card"><div class="body pad">
        {ambiguous ? <ChooseEndpoint id={id} /> : (
          <Loaded query={query} lines={10}>
            {(loaded) => <EventView event={loaded} tab={tab} onTab={(next) => go(href(["event", id], { ...(endpoint ? { endpoint } : {}), tab: next }), { replace: true })} reload={query.reload} titled />}
          </Loaded>
        )}
      </div></div>
    </>
  );
}

/** Ids are unique within an endpoint alone. */
function ChooseEndpoint({ id }: { id: string }) {
  const query = useQuery(`same ${id}`, (signal) => call("GET /v1/events", { query: { q: id, limit: "20" }, signal }));
  return (
    <Loaded query={query}>
      {(list) => (
        <Blank quiet icon="events" title={t("event.ambiguous")}>
          <div class="chips">
            {list.data.filter((event) => event.id === id).map((event) => (
              <a key={event.endpoint} class="button" href={href(["event", id], { endpoint: event.endpoint })}>{event.endpoint}</a>
            ))}
          </div>
        </Blank>
      )}
    </Loaded>
  );
}
