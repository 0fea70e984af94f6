// A transaction and its erasure.
import type { Texts } from "./text.ts";

export const transactions = {
  "tx.documents": ["Documents", "Documents"],
  "tx.deadline": ["To be signed by", "À signer avant le"],
  "tx.download_until": ["Documents to be fetched by", "Documents à récupérer avant le"],
  "tx.lead": ["Everything that happened, with what is missing", "Tout ce qui s’est passé, et ce qui manque"],
  "tx.first": ["First event", "Premier évènement"],
  "tx.last": ["Last event", "Dernier évènement"],
  "tx.took": ["Elapsed", "Temps écoulé"],
  "tx.events": ["Events", "Évènements"],
  "tx.elapsed": ["+ {duration}", "+ {duration}"],
  "tx.late": ["arrived {duration} late", "arrivé avec {duration} de retard"],
  "tx.overtaken": ["arrived after a later one", "arrivé après un évènement plus récent"],
  "tx.missing": ["Missing: {type}", "Manquant : {type}"],
  "tx.missing_next": ["Universign tries again by {at}", "Universign réessaie d’ici le {at}"],
  "tx.missing_over": [
    "Universign will not send it again by itself. Reschedule it in Universign's developer space.",
    "Universign ne l’enverra plus de lui-même. Reprogrammez-le dans l’espace développeur d’Universign.",
  ],
  "tx.missing_evidence": ["Known from {evidence}", "Connu par {evidence}"],
  "tx.expected": ["Expected: {type}", "Attendu : {type}"],
  "tx.expected_by": ["by {at}", "d’ici le {at}"],
  "tx.ambiguous": ["Several endpoints have events of this transaction. Which one?", "Plusieurs points d’entrée ont des évènements de cette transaction. Lequel ?"],
  "tx.empty": ["No event of this transaction is kept.", "Aucun évènement de cette transaction n’est gardé."],
  "tx.erase": ["Erase…", "Effacer…"],
  "tx.filter": ["Show in Events", "Voir dans les évènements"],
  "tx.stage": ["Now", "État actuel"],
  "tx.more": ["Only the newest {n} events are shown.", "Seuls les {n} évènements les plus récents sont affichés."],

  "stage.created": ["Draft", "Brouillon"],
  "stage.started": ["Started", "Démarrée"],
  "stage.opened": ["Waits for a participant", "Attend un participant"],
  "stage.closed": ["A participant has acted", "Un participant a agi"],
  "stage.stalled": ["Stalled", "Bloquée"],
  "stage.paused": ["Paused", "En pause"],
  "stage.cancelled": ["Cancelled", "Annulée"],
  "stage.expired": ["Expired", "Expirée"],
  "stage.completed": ["Completed", "Terminée"],

  "erase.title": ["Erase the transaction's personal data", "Effacer les données personnelles de la transaction"],
  "erase.lead": [
    "Bodies, signatures, metadata and outputs of this transaction go for good; waiting deliveries fail. The envelopes stay with a note of who did it. Nobody can undo this.",
    "Corps, signatures, métadonnées et messages reçus de cette transaction disparaissent définitivement ; les envois en attente échouent. Les enveloppes restent, avec le nom de qui l’a fait. Personne ne peut revenir en arrière.",
  ],
  "erase.counts": [
    "Events: {events}; bodies: {bodies}; waiting deliveries that would fail: {deliveries}.",
    "Évènements : {events} ; corps : {bodies} ; envois en attente qui échoueraient : {deliveries}.",
  ],
  "erase.confirm": ["Type the number of events, {n}, to go on", "Saisissez le nombre d’évènements, {n}, pour continuer"],
  "erase.do": ["Erase for good", "Effacer définitivement"],
  "erase.done": ["Erased.", "Effacé."],
  "erase.remnants": [
    "Copies may still stand in the database's file: stop the daemon and run VACUUM.",
    "Des copies peuvent rester dans le fichier de la base : arrêtez le service et lancez VACUUM.",
  ],
} as const satisfies Texts;
