// The overview.
import type { Texts } from "./text.ts";

export const overview = {
  "overview.lead": [
    "Today beside the same weekday, and what needs you.",
    "Aujourd’hui, comparé au même jour de la semaine passée, et ce qui vous attend.",
  ],
  "overview.today": ["Received today", "Reçus aujourd’hui"],
  "overview.today_note": ["Last {weekday} by this time: {count}", "À la même heure, {weekday} dernier : {count}"],
  "overview.since_start": ["Since the daemon started", "Depuis le démarrage du service"],
  "overview.accepted": ["Accepted", "Acceptés"],
  "overview.duplicate": ["Duplicates", "Doublons"],
  "overview.refused": ["Refused", "Refusés"],
  "overview.deferred": ["Answered 503", "Réponses 503"],
  "overview.ack": ["Answer time", "Temps de réponse"],
  "overview.ack_note": ["Median; 99% within {p99}", "Médiane ; 99 % en moins de {p99}"],
  "overview.ack_none": ["No event since the daemon started", "Aucun évènement depuis le démarrage"],
  "overview.oldest": ["The oldest for {age}", "Le plus ancien depuis {age}"],
  "overview.oldest_none": ["All on time", "Tout est à l’heure"],
  "overview.waiting": ["Deliveries waiting", "Envois en attente"],
  "overview.dead": ["Failed deliveries", "Envois en échec"],
  "overview.dead_note": ["Until retried or discarded", "Jusqu’à relance ou mise à l’écart"],
  "overview.dead_none": ["Nothing has failed for good", "Aucun échec définitif"],
  "overview.disk": ["Disk", "Disque"],
  "overview.disk_note": ["Used by the store; {free} free", "Occupé par la base ; {free} libres"],
  "overview.needs": ["What needs you", "Ce qui vous attend"],
  "overview.needs_none": ["Nothing needs you.", "Rien ne vous attend."],
  "overview.needs_none_note": [
    "All deliveries have run or wait for their turn, and no event is missing.",
    "Tous les envois ont abouti ou attendent leur tour, et aucun évènement ne manque.",
  ],
  "overview.need_failed": [
    "{n} delivery to {handler} has failed for good|{n} deliveries to {handler} have failed for good",
    "{n} envoi vers {handler} a échoué définitivement|{n} envois vers {handler} ont échoué définitivement",
  ],
  "overview.need_circuit": ["The circuit of {handler} is open: nothing is sent to it", "Le circuit de {handler} est ouvert : rien ne lui est envoyé"],
  "overview.need_gap": [
    "{n} event is missing and will not be sent again|{n} events are missing and will not be sent again",
    "{n} évènement manque et ne sera plus envoyé|{n} évènements manquent et ne seront plus envoyés",
  ],
  "overview.need_gap_wait": [
    "{n} event is missing; Universign may still send it|{n} events are missing; Universign may still send them",
    "{n} évènement manque ; Universign peut encore l’envoyer|{n} évènements manquent ; Universign peut encore les envoyer",
  ],
  "overview.need_purge": [
    "{n} body is removed by age within a week|{n} bodies are removed by age within a week",
    "{n} corps est supprimé d’ici une semaine, à la fin de sa durée de conservation|{n} corps sont supprimés d’ici une semaine, à la fin de leur durée de conservation",
  ],
  "overview.need_keys": ["The keys of {endpoint} cannot be fetched", "Les clés de {endpoint} ne peuvent pas être obtenues"],
  "overview.need_drift": [
    "{n} instance runs with another configuration than the others|{n} instances run with another configuration than the others",
    "{n} instance a une autre configuration que les autres|{n} instances ont une autre configuration que les autres",
  ],
  "overview.need_name": ["More than one instance is named {name}", "Plusieurs instances portent le nom {name}"],
  "overview.need_instance": ["The instance {name} is silent", "L’instance {name} est muette"],
  "overview.need_instance_note": ["Last heartbeat {when}", "Dernier signe de vie {when}"],
  "overview.chart": ["Events over time", "Évènements dans le temps"],
  "overview.chart_note": [
    "Click a bar, or drag over several: their time becomes the period of the lists.",
    "Cliquez sur une barre, ou glissez sur plusieurs : leur durée devient la période des listes.",
  ],
  "overview.chart_empty": ["No event in this time.", "Aucun évènement pendant cette période."],
  "overview.keys": ["Keys of {endpoint}", "Clés de {endpoint}"],
  "overview.keys_age": ["{n} key, {age} old|{n} keys, {age} old", "{n} clé, obtenue il y a {age}|{n} clés, obtenues il y a {age}"],
  "overview.period_events": ["Show {n} event|Show {n} events", "Voir {n} évènement|Voir {n} évènements"],

  "chart.24h": ["24 hours", "24 heures"],
  "chart.7d": ["7 days", "7 jours"],
  "chart.30d": ["30 days", "30 jours"],
  "chart.90d": ["90 days", "90 jours"],
  "chart.time": ["Begins", "Début"],
  "chart.period": ["Period", "Période"],
} as const satisfies Texts;
