/** What the migrations after the first have added, taken back: SQL that leaves a database as the first version made it. */
export const toFirstSchema = `
  drop index events_of_entry; drop index events_of_agent; drop index events_of_version;
  drop index versions_of_entry; drop index held_event; drop index held_entry; drop index reports_refused;
  alter table events drop column content;
  alter table versions drop column fingerprint;
  alter table versions drop column content_kind;
  drop table incidents; drop table incident_members; drop table alarms; drop table messages;
  drop table deliveries; drop table threads; drop table snoozes;
  pragma user_version = 1;`;
