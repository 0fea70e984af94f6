// What the routes of today do with an event, and why others do not match.
import type { Explanation } from "../../generated/api.ts";
import { t } from "../texts/index.ts";
import { Badge, Foreign, Table } from "../ui/basic.tsx";

export function ExplainView({ explanation }: { explanation: Explanation }) {
  return (
    <div class="stack">
      {explanation.left_out !== null && <p class="warn-text">{t("routing.left_out", { reason: explanation.left_out })}</p>}
      <p><strong>{explanation.handlers.length > 0 ? t("routing.would", { handlers: explanation.handlers.join(", ") }) : t("routing.would_none")}</strong></p>
      {explanation.routes.length > 0 && <Table
        name={t("routing.lead")}
        head={<><th>{t("routing.route")}</th><th class="fit">{t("routing.matches")}</th><th>{t("routing.reason")}</th><th>{t("routing.handlers")}</th></>}
      >
        {explanation.routes.map((route, index) => (
          <tr key={index}>
            <th scope="row"><Foreign text={route.name} /></th>
            <td class="fit">{route.matches ? <Badge tone="good" icon="check">{t("common.yes")}</Badge> : <Badge tone="plain" icon="cross">{t("common.no")}</Badge>}</td>
            <td><Foreign text={route.reason} /></td>
            <td>{route.handlers.join(", ")}{route.final && <> <Badge tone="plain">{t("routing.final")}</Badge></>}</td>
          </tr>
        ))}
      </Table>}
    </div>
  );
}
