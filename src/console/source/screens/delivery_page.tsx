import { useState } from "preact/hooks";
import { call } from "../api/client.ts";
import { useQuery } from "../state/query.ts";
import { href } from "../state/router.ts";
import { t } from "../texts/index.ts";
import { Facts, Foreign, Id, Instant, PageHead, TypeName } from "../ui/basic.tsx";
import { CopyAs } from "../ui/copy_as.tsx";
import { useKeys } from "../ui/keys.ts";
import { Loaded } from "../ui/loaded.tsx";
import { Countdown, DeliveryCard, retryDelivery } from "./delivery_card.tsx";

export function DeliveryPage({ id }: { id: string }) {
  const [waiting, setWaiting] = useState(false);
  const query = useQuery(`delivery ${id}`, async (signal) => {
    const delivery = await call("GET /v1/deliveries/{id}", { id, signal });
    setWaiting(delivery.state === "pending");
    return delivery;
  }, waiting ? 1500 : undefined);
  useKeys({ r: () => void (query.data && query.data.state !== "successful" && retryDelivery(query.data.id).then((done) => done && query.reload())) });
  return (
    <>
      <PageHead title={t("delivery.title", { id: `#${id}` })} back={{ to: href(["deliveries"]), name: t("nav.deliveries") }}>
        <CopyAs path={`/v1/deliveries/${id}`} command="deliveries show" argument={id} />
      </PageHead>
      <div class="card"><div class="body pad">
        <Loaded query={query}>
          {(delivery) => (
            <div class="stack">
              <Facts
                items={[
                  [t("common.event"), <Id id={delivery.event} href={href(["event", delivery.event], { endpoint: delivery.endpoint, tab: "deliveries" })} />],
                  [t("common.type"), <TypeName type={delivery.type} />],
                  [t("common.endpoint"), <Foreign text={delivery.endpoint} most={40} />],
                  [t("delivery.planned"), <Instant at={delivery.planned} detail="millisecond" />],
                  delivery.due !== null && [t("delivery.next"), <><Instant at={delivery.due} /> (<Countdown due={delivery.due} />)</>],
                  delivery.finished !== null && [t("delivery.finished"), <Instant at={delivery.finished} detail="millisecond" />],
                ]}
              />
              <DeliveryCard delivery={delivery} onChanged={query.reload} linked={false} shortcut />
            </div>
          )}
        </Loaded>
      </div></div>
    </>
  );
}
