// Universign's event types and reasons, for people.
import type { Texts } from "./text.ts";

export const types = {
  "type.apikey.created": ["API key created", "Clé d’API créée"],
  "type.apikey.updated": ["API key renamed", "Clé d’API renommée"],
  "type.apikey.deleted": ["API key deleted", "Clé d’API supprimée"],
  "type.transaction.lifecycle.created": ["Transaction created", "Transaction créée"],
  "type.transaction.lifecycle.started": ["Transaction started", "Transaction démarrée"],
  "type.transaction.lifecycle.paused": ["Transaction paused", "Transaction en pause"],
  "type.transaction.lifecycle.cancelled": ["Transaction cancelled", "Transaction annulée"],
  "type.transaction.lifecycle.expired": ["Transaction expired", "Transaction expirée"],
  "type.transaction.lifecycle.completed": ["Transaction completed", "Transaction terminée"],
  "type.transaction.chat.message.received": ["Message from a participant", "Message d’un participant"],
  "type.action.opened": ["Participant can act", "Un participant peut agir"],
  "type.action.closed": ["Participant has acted", "Un participant a agi"],
  "type.action.stalled": ["Participant has stalled", "Un participant est bloqué"],
  "type.action.manualreminder.sent": ["Reminder sent by hand", "Relance manuelle envoyée"],
  "type.action.reminder.sent": ["Reminder sent", "Relance envoyée"],
  "type.action.waitingperiod.cancelled": ["Waiting period cancelled", "Délai d’attente annulé"],
  "type.action.waitingperiod.ended": ["Waiting period over", "Délai d’attente écoulé"],
  "type.identity-validation.processed": ["Identity checked", "Identité vérifiée"],
  "type.registration.identity.verified": ["Registration: identity verified", "Enregistrement : identité vérifiée"],
  "type.registration.identity.rejected": ["Registration: identity rejected", "Enregistrement : identité refusée"],
  "type.registration.lifecycle.rejected": ["Registration rejected", "Enregistrement refusé"],
  "type.registration.lifecycle.expired": ["Registration expired", "Enregistrement expiré"],
  "type.registration.lifecycle.completed": ["Registration completed", "Enregistrement terminé"],
  "type.registration.certificate.activated": ["Certificate activated", "Certificat activé"],

  "stall.action_refusal": ["refused to authenticate", "a refusé de s’authentifier"],
  "stall.signature_refusal": ["refused to sign", "a refusé de signer"],
  "stall.consultation_refusal": ["refused to read", "a refusé de lire"],
  "stall.review_refusal": ["refused to review", "a refusé de relire"],
} as const satisfies Texts;
