#pragma once

#include "admin/route.hpp"

/// The functions of the routes, by file. config/openapi.yaml documents what they take and return.
namespace webhookd::admin {

using runtime::task;

// telemetry.cpp
outcome show_alive(const call& c);
outcome show_readiness(const call& c);
task<outcome> show_metrics(const call& c);

// events.cpp
outcome list_event_types(const call& c);
outcome list_events(const call& c);
outcome count_events(const call& c);
outcome show_event(const call& c);

// proof.cpp: what anybody can check of one event, as a file
outcome show_proof(const call& c);

// histogram.cpp: how many events happened when
outcome show_histogram(const call& c);

// event_export.cpp: everything that the filters choose, newest first
task<outcome> export_csv(const call& c);
task<outcome> export_ndjson(const call& c);

// event_stream.cpp: events as they arrive, as server-sent events (WHATWG HTML §9.2)
task<outcome> stream_events(const call& c);

// gaps.cpp: events that must have been sent and did not arrive; on the first page also the outages of the
// period
outcome list_gaps(const call& c);

// transaction.cpp: the timeline of one transaction: what came, how, what is missing and what comes next
outcome show_transaction(const call& c);

// report.cpp: Universign's own `events-report` of what was received, alone or beside Universign's
outcome show_report(const call& c);
task<outcome> compare_report(const call& c);

// replay.cpp: plans the deliveries of events that are kept once more, of many oldest first
task<outcome> replay_event(const call& c);
task<outcome> replay_events(const call& c);

// purge.cpp: purges events by hand, oldest first, page by page; those that deliveries wait for stay
task<outcome> purge_events(const call& c);

// erase.cpp: erases what may be personal of a transaction's events, in the database's files too. May be
// repeated, and must be where the status was not 200.
task<outcome> erase_transaction(const call& c);

// deliveries.cpp
outcome list_handlers(const call& c);
outcome list_deliveries(const call& c);
outcome show_delivery(const call& c);
outcome list_failures(const call& c); ///< by handler and cause

// instances.cpp: the daemons that share the store
outcome list_instances(const call& c);

// discard.cpp: dead letters are given up, with a reason
task<outcome> discard_delivery(const call& c);
task<outcome> discard_deliveries(const call& c);

// retry.cpp: dead letters, and what waits for its next attempt, become due
/// For coroutines: as `find_delivery`, on a reader's thread.
task<result<store::delivery_record>> find_delivery_on_reader(const call& c, store::delivery_id id);

task<outcome> retry_delivery(const call& c);
task<outcome> retry_deliveries(const call& c);

// handler_test.cpp: sends a test event to one handler, past queue and store
task<outcome> test_handler(const call& c);

// explain.cpp: what the routes in force do with an event, and why
outcome explain_routes(const call& c);

// configuration.cpp: the configuration in force, without its secrets
outcome show_configuration(const call& c);

// configuration_check.cpp: what is wrong with a configuration that is sent along
outcome check_configuration(const call& c);

// session.cpp: signing in on the page, who is signed in, signing out
outcome sign_in(const call& c);
outcome show_session(const call& c);
outcome sign_out(const call& c);

// reload.cpp: reads the configuration again, as SIGHUP does
task<outcome> reload(const call& c);

} // namespace webhookd::admin
