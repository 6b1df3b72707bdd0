-- Types: BIGINT, TEXT, BLOB, JSON (see database.rs). Times are milliseconds since 1970 (UTC).
-- Columns named sealed_* hold ciphertext only; open_values holds only fields of class `open`.

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
-- Members, phones and public links are counted together, as ODK Central's actors; its first person has the number 5.
INSERT INTO counter (name, value) VALUES ('actor', 4);

CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
);

-- People -----------------------------------------------------------------------------------------

CREATE TABLE member (
  id BIGINT PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  administrator BIGINT NOT NULL,
  language TEXT NOT NULL,
  public_key BLOB NOT NULL,      -- empty until the person has chosen a password
  password_lock BLOB NOT NULL,   -- the member's secret key under the password; empty where there is none
  recovery_lock BLOB,            -- the same key under the printed recovery code
  sealed_totp BLOB,              -- second factor, sealed to the member's own key
  created_at BIGINT NOT NULL,
  left_at BIGINT,
  updated_at BIGINT,
  last_login_at BIGINT
);
CREATE UNIQUE INDEX member_email ON member (email) WHERE left_at IS NULL;

CREATE TABLE preference (         -- what a client of ODK Central keeps for its member
  member BIGINT NOT NULL REFERENCES member (id),
  mandate BIGINT NOT NULL,        -- 0: for the whole site
  name TEXT NOT NULL,
  value JSON NOT NULL,
  PRIMARY KEY (member, mandate, name)
);

CREATE TABLE passkey (
  id BIGINT PRIMARY KEY,
  member BIGINT NOT NULL REFERENCES member (id),
  name TEXT NOT NULL,
  host TEXT NOT NULL,            -- it answers under this host only
  credential BLOB NOT NULL UNIQUE, -- by what the authenticator knows it
  public_key BLOB NOT NULL,      -- COSE_Key
  counter BIGINT NOT NULL,       -- signatures made when it was last used; 0 where it does not count
  flags BIGINT NOT NULL,         -- of the authenticator data when it was added
  created_at BIGINT NOT NULL
);
CREATE INDEX passkey_member ON passkey (member);

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,
  member BIGINT NOT NULL REFERENCES member (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_member ON session (member);

CREATE TABLE invitation (         -- a link with which a person makes their own account
  id BIGINT PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  administrator BIGINT NOT NULL,
  mandate BIGINT,
  role TEXT,
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

-- Mandates and their keys ------------------------------------------------------------------------

CREATE TABLE mandate (
  id BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  protocol TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  archived_at BIGINT,
  updated_at BIGINT,
  removed_at BIGINT
);

CREATE TABLE mandate_member (
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  member BIGINT NOT NULL REFERENCES member (id),
  role TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (mandate, member, role)
);

CREATE TABLE compartment (
  id BIGINT PRIMARY KEY,
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,            -- identity | sensitive | devices
  current_epoch BIGINT NOT NULL,
  UNIQUE (mandate, name)
);

CREATE TABLE epoch (
  id BIGINT PRIMARY KEY,
  compartment BIGINT NOT NULL REFERENCES compartment (id),
  number BIGINT NOT NULL,
  public_key BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (compartment, number)
);

CREATE TABLE held_key (           -- a compartment's secret key, sealed to one holder
  epoch BIGINT NOT NULL REFERENCES epoch (id),
  holder_kind TEXT NOT NULL,      -- member | device | shares
  holder BIGINT NOT NULL,
  sealed_key BLOB NOT NULL,
  given_by BIGINT,
  given_at BIGINT NOT NULL,
  PRIMARY KEY (epoch, holder_kind, holder)
);
CREATE INDEX held_key_holder ON held_key (holder_kind, holder);

CREATE TABLE share_set (          -- a key in m-of-n shares on paper, with which lost compartments are recovered
  id BIGINT PRIMARY KEY,
  compartment BIGINT NOT NULL REFERENCES compartment (id),
  public_key BLOB NOT NULL,
  threshold BIGINT NOT NULL,
  keepers JSON NOT NULL,          -- who was given a share, by name
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE data_key (           -- short-lived intake key, sealed to its compartment's epoch
  id BIGINT PRIMARY KEY,
  epoch BIGINT NOT NULL REFERENCES epoch (id),
  sealed_key BLOB NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE device (
  id BIGINT PRIMARY KEY,
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  name TEXT NOT NULL,
  token_hash BLOB UNIQUE,         -- null once revoked
  public_key BLOB NOT NULL,
  sealed_token BLOB,              -- sealed to the devices' compartment, so that its QR can be shown again
  created_by BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT,
  revoked_at BIGINT,
  every_form BIGINT NOT NULL,     -- 1: fills every form of the mandate; 0: those that it was assigned
  link_form BIGINT,               -- a public link: the one form that it opens for anybody who has it
  once BIGINT NOT NULL,           -- 1: the page of the link can be filled once in a browser
  removed_at BIGINT               -- no longer told of to clients of ODK Central
);
CREATE INDEX device_mandate ON device (mandate);

CREATE TABLE form_assignment (    -- a form that a phone was assigned, by the name of one of ODK Central's roles
  form BIGINT NOT NULL,
  actor BIGINT NOT NULL,          -- a phone
  role TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (form, actor, role)
);
CREATE INDEX form_assignment_actor ON form_assignment (actor);

-- Forms ------------------------------------------------------------------------------------------

CREATE TABLE form (
  id BIGINT PRIMARY KEY,
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  form_id TEXT NOT NULL,
  state TEXT NOT NULL,            -- open | closing | closed
  current_version BIGINT,
  draft_version BIGINT,
  submissions BIGINT NOT NULL,    -- how many are there, not counting removed ones
  ordinals BIGINT NOT NULL,       -- how many there ever were: the ordinal of the newest
  gathered BIGINT NOT NULL,       -- those up to this ordinal are in the sets that lists are read from
  created_at BIGINT NOT NULL,
  created_by BIGINT,
  updated_at BIGINT,
  draft_token TEXT,               -- with which the draft is tried out
  web_forms BIGINT NOT NULL DEFAULT 0, -- 1: clients are told to fill it with web forms
  removed_at BIGINT,
  removed BIGINT NOT NULL,        -- 0, or the form's own id once removed; less than 0: what tries out that draft
  UNIQUE (mandate, form_id, removed)
);

CREATE TABLE form_version (
  id BIGINT PRIMARY KEY,
  form BIGINT NOT NULL REFERENCES form (id),
  version TEXT NOT NULL,
  title TEXT NOT NULL,
  xform TEXT NOT NULL,
  xlsform BLOB,
  xlsform_name TEXT,
  md5 TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  warnings JSON NOT NULL,
  identity_compartment BIGINT NOT NULL REFERENCES compartment (id),
  sensitive_compartment BIGINT NOT NULL REFERENCES compartment (id),
  created_at BIGINT NOT NULL,
  created_by BIGINT,
  published_at BIGINT,
  published_by BIGINT,
  publish_note TEXT               -- what who published it said of it
);
CREATE INDEX form_version_form ON form_version (form);

CREATE TABLE form_file (          -- media and lists that a form version needs
  form_version BIGINT NOT NULL REFERENCES form_version (id),
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  md5 TEXT,
  content BLOB,
  registry BIGINT,
  changed_at BIGINT,
  PRIMARY KEY (form_version, name)
);

-- Submissions ------------------------------------------------------------------------------------

CREATE TABLE submission (
  id BIGINT PRIMARY KEY,
  form BIGINT NOT NULL REFERENCES form (id),
  ordinal BIGINT NOT NULL,        -- its place among those of its form, from 1, in the order in which they were kept
  instance_id TEXT NOT NULL,
  current_version BIGINT NOT NULL,
  versions BIGINT NOT NULL,
  review_state TEXT NOT NULL,     -- received | edited | hasIssues | approved | rejected
  device BIGINT,
  member BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  removed_at BIGINT,
  erased_at BIGINT,
  UNIQUE (form, instance_id)
);
CREATE UNIQUE INDEX submission_list ON submission (form, ordinal) WHERE removed_at IS NULL;

CREATE TABLE submission_version (
  id BIGINT PRIMARY KEY,
  submission BIGINT NOT NULL REFERENCES submission (id),
  form BIGINT NOT NULL,
  number BIGINT NOT NULL,
  instance_id TEXT NOT NULL,
  form_version BIGINT NOT NULL REFERENCES form_version (id),
  received_at BIGINT NOT NULL,
  device BIGINT,
  member BIGINT,
  open_values JSON NOT NULL,
  sealed_sensitive BLOB,
  sealed_identity BLOB,
  sealed_xml BLOB,
  digest BLOB,                    -- tells whether the same bytes come again; gone after erasure
  encrypted BIGINT NOT NULL,      -- 1: an ODK encrypted submission, kept as it came
  leaf BIGINT NOT NULL,
  files BIGINT NOT NULL DEFAULT 0, -- how many it names
  files_present BIGINT NOT NULL DEFAULT 0, -- and how many of them have come
  UNIQUE (form, instance_id)
);
CREATE INDEX submission_version_submission ON submission_version (submission);

CREATE TABLE attachment (
  id BIGINT PRIMARY KEY,
  submission_version BIGINT NOT NULL REFERENCES submission_version (id),
  place BIGINT NOT NULL,          -- the number under which name, key and content were sealed
  name_hash BLOB NOT NULL,        -- salted with the version's id
  sealed_name BLOB,
  class TEXT NOT NULL,
  sealed_key BLOB,                -- the attachment's own key; erasure destroys it
  content TEXT,                   -- name of the sealed file; null until it arrives
  size BIGINT,
  received_at BIGINT,
  UNIQUE (submission_version, name_hash)
);

CREATE INDEX attachment_content ON attachment (content);

CREATE TABLE note (               -- comments on a submission, review decisions
  id BIGINT PRIMARY KEY,
  submission BIGINT NOT NULL REFERENCES submission (id),
  member BIGINT NOT NULL,
  at BIGINT NOT NULL,
  review_state TEXT,
  sealed_body BLOB
);
CREATE INDEX note_submission ON note (submission);

-- What lists of submissions are read from: for each value that they can be filtered or ordered by, which submissions in
-- sight have it in their present version. Any list of a million is then counted exactly and paged without a scan,
-- whatever filters are combined: an index for each field would find one filter and count none, and one for each pair is
-- not to be had. Several servers change the sets of a form one after the other: whoever does holds the form's row.

CREATE TABLE open_field (         -- one that is text and stands once in a submission
  id BIGINT PRIMARY KEY,
  form BIGINT NOT NULL REFERENCES form (id),
  path TEXT NOT NULL,
  UNIQUE (form, path)
);

CREATE TABLE submission_set (
  field BIGINT NOT NULL,          -- an open field; or a form, for review state, device and day of arrival
  text TEXT NOT NULL,             -- the value, '' where there is none; a long one is cut and ends in a hash
  first BIGINT NOT NULL,          -- a set is kept in runs: no ordinal in this one is smaller
  number DOUBLE PRECISION NOT NULL, -- the number that the text holds, or the smallest there is
  ordinals BLOB NOT NULL,         -- at most about 512 bytes, see ordinals.rs; never empty
  PRIMARY KEY (field, text, first)
-- only sqlite
) WITHOUT ROWID;
-- end only
-- only postgres
);
-- end only
CREATE INDEX submission_set_number ON submission_set (field, number, text, first);

CREATE TABLE submission_text (    -- the texts of an open field end to end, to look for a part in
  field BIGINT NOT NULL,
  first BIGINT NOT NULL,          -- the ordinal of the submission that gave the first one
  texts BLOB NOT NULL,            -- one for each ordinal from there, a zero byte between; at most about 8,000 bytes
  PRIMARY KEY (field, first)
-- only sqlite
) WITHOUT ROWID;
-- end only
-- only postgres
);
-- Whole in the row's page, as they are: to unpack or to gather them takes longer than to search them.
ALTER TABLE submission_text ALTER COLUMN texts SET STORAGE EXTERNAL;
ALTER TABLE submission_text SET (toast_tuple_target = 8160);
-- end only

-- Registries -------------------------------------------------------------------------------------

CREATE TABLE registry (
  id BIGINT PRIMARY KEY,
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  name TEXT NOT NULL,
  titles JSON NOT NULL,
  label_class TEXT NOT NULL,
  label_on_device BIGINT NOT NULL,
  identity_compartment BIGINT NOT NULL REFERENCES compartment (id),
  sensitive_compartment BIGINT NOT NULL REFERENCES compartment (id),
  entries BIGINT NOT NULL,
  changes BIGINT NOT NULL,        -- counts every change: phones compare it to know whether to fetch again
  approval_required BIGINT NOT NULL, -- 1: a submission makes an entry only once it is approved
  owner_only BIGINT NOT NULL,     -- 1: a phone gets only the entries that it made
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,     -- it, or any of its entries
  removed_at BIGINT,
  removed BIGINT NOT NULL,        -- 0, or the registry's own id once removed
  UNIQUE (mandate, name, removed)
);

CREATE TABLE registry_property (
  registry BIGINT NOT NULL REFERENCES registry (id),
  name TEXT NOT NULL,
  position BIGINT NOT NULL,
  labels JSON NOT NULL,
  kind TEXT NOT NULL,
  class TEXT NOT NULL,
  on_device BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (registry, name)
);

CREATE TABLE entry (
  id BIGINT PRIMARY KEY,
  registry BIGINT NOT NULL REFERENCES registry (id),
  uuid TEXT NOT NULL,
  version BIGINT NOT NULL,
  conflict TEXT,                  -- soft | hard, until a person has resolved it
  open_values JSON NOT NULL,      -- the open properties as they stand after the newest version
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  removed_at BIGINT,
  erased_at BIGINT,
  change BIGINT NOT NULL,         -- the registry's count of changes when this entry last changed
  resolved BIGINT NOT NULL,       -- conflicts of versions up to this one have been looked at
  UNIQUE (registry, uuid)
);
CREATE INDEX entry_change ON entry (registry, change);
CREATE INDEX entry_list ON entry (registry, id) WHERE removed_at IS NULL;
CREATE INDEX entry_conflict ON entry (registry, id) WHERE conflict IS NOT NULL AND removed_at IS NULL;

CREATE TABLE entry_version (      -- each version holds only what it changed; reading adds them up
  id BIGINT PRIMARY KEY,
  entry BIGINT NOT NULL REFERENCES entry (id),
  number BIGINT NOT NULL,
  base_number BIGINT,
  trunk_version BIGINT,
  branch_id TEXT,
  branch_base BIGINT,
  conflict TEXT,
  changed JSON NOT NULL,          -- names of the properties this version sets
  open_values JSON NOT NULL,
  sealed_sensitive BLOB,
  sealed_identity BLOB,
  sealed_device BLOB,
  submission_version BIGINT,
  source BIGINT,                  -- the list it came with, see entry_source
  user_agent TEXT,                -- the program that sent it, where it did not come with a submission
  device BIGINT,
  member BIGINT,
  received_at BIGINT NOT NULL,
  leaf BIGINT NOT NULL,
  UNIQUE (entry, number)
);
CREATE INDEX entry_version_branch ON entry_version (entry, branch_id, branch_base);
CREATE INDEX entry_version_submission ON entry_version (submission_version) WHERE submission_version IS NOT NULL;

CREATE TABLE held_update (        -- an offline update whose predecessor has not arrived yet
  id BIGINT PRIMARY KEY,
  registry BIGINT NOT NULL REFERENCES registry (id),
  uuid TEXT NOT NULL,
  branch_id TEXT NOT NULL,
  branch_base BIGINT NOT NULL,
  trunk_version BIGINT,
  changed JSON NOT NULL,
  open_values JSON NOT NULL,
  sealed_sensitive BLOB,
  sealed_identity BLOB,
  sealed_device BLOB,
  submission_version BIGINT NOT NULL,
  device BIGINT,
  member BIGINT,
  received_at BIGINT NOT NULL
);
CREATE INDEX held_update_branch ON held_update (registry, uuid, branch_id, branch_base);

CREATE TABLE waiting_entry (      -- what a submission will make of an entry once it is approved
  id BIGINT PRIMARY KEY,          -- the number of the version that it will become
  registry BIGINT NOT NULL REFERENCES registry (id),
  submission BIGINT NOT NULL REFERENCES submission (id),
  uuid TEXT NOT NULL,
  branch_id TEXT,
  branch_base BIGINT,
  trunk_version BIGINT,
  changed JSON NOT NULL,
  open_values JSON NOT NULL,
  sealed_sensitive BLOB,
  sealed_identity BLOB,
  sealed_device BLOB,
  submission_version BIGINT NOT NULL,
  device BIGINT,
  member BIGINT,
  received_at BIGINT NOT NULL
);
CREATE INDEX waiting_entry_submission ON waiting_entry (submission);
CREATE INDEX waiting_entry_registry ON waiting_entry (registry);

CREATE TABLE entry_source (       -- a list of entries that came in one piece
  id BIGINT PRIMARY KEY,
  registry BIGINT NOT NULL REFERENCES registry (id),
  name TEXT NOT NULL,             -- of the file
  size BIGINT,                    -- of the file in bytes
  entries BIGINT NOT NULL,
  member BIGINT NOT NULL,
  user_agent TEXT,
  received_at BIGINT NOT NULL
);

-- Cases ------------------------------------------------------------------------------------------
-- How a case goes is declared by the protocol; where it stands follows from its facts and is stored nowhere.

CREATE TABLE mandate_case (       -- a visit, a finding: `case` alone is a word of SQL
  id BIGINT PRIMARY KEY,
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  workflow TEXT NOT NULL,
  code TEXT NOT NULL,             -- V-2026-001
  title TEXT NOT NULL,            -- open: a place or a thing, never a person
  parent BIGINT REFERENCES mandate_case (id),
  begun_by BIGINT NOT NULL,
  begun_at BIGINT NOT NULL,
  UNIQUE (mandate, workflow, code)
);
CREATE INDEX mandate_case_parent ON mandate_case (parent);

CREATE TABLE case_fact (          -- only ever added: a wrong one is corrected or withdrawn by another
  id BIGINT PRIMARY KEY,
  in_case BIGINT NOT NULL REFERENCES mandate_case (id),
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,             -- when it happened
  recorded BIGINT NOT NULL,       -- when it was put on record
  member BIGINT NOT NULL,
  roles JSON NOT NULL,            -- those that the member had then
  open_values JSON NOT NULL,
  sealed_values BLOB,
  sealed_reason BLOB,
  amends BIGINT REFERENCES case_fact (id),
  withdraws BIGINT NOT NULL,      -- 1: what it amends did not happen
  leaf BIGINT NOT NULL
);
CREATE INDEX case_fact_case ON case_fact (in_case, id);

-- Record of what was done ------------------------------------------------------------------------

CREATE TABLE audit (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  member BIGINT,
  device BIGINT,
  mandate BIGINT,
  action TEXT NOT NULL,
  about_kind TEXT,
  about BIGINT,
  detail JSON NOT NULL,
  leaf BIGINT
);
CREATE INDEX audit_mandate ON audit (mandate, id);
CREATE INDEX audit_action ON audit (action, mandate, id);
CREATE INDEX audit_about ON audit (about_kind, about, id);

CREATE TABLE ledger_leaf (
  seq BIGINT PRIMARY KEY,
  leaf TEXT NOT NULL,
  hash BLOB NOT NULL
);

CREATE TABLE ledger_node (        -- complete subtrees above the leaves
  level BIGINT NOT NULL,
  position BIGINT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, position)
);

CREATE TABLE ledger_head (
  id BIGINT PRIMARY KEY,
  tree BLOB NOT NULL,
  checkpoint TEXT NOT NULL
);

-- Releases ---------------------------------------------------------------------------------------
-- What is published of a case. A draft is sealed; once two people have signed it, its files are public.

CREATE TABLE case_release (       -- `release` alone is a word of SQL
  id BIGINT PRIMARY KEY,
  mandate BIGINT NOT NULL REFERENCES mandate (id),
  in_case BIGINT NOT NULL REFERENCES mandate_case (id),
  name TEXT NOT NULL UNIQUE,      -- in its address, for ever
  title TEXT NOT NULL,            -- empty until it is signed
  only_access BIGINT NOT NULL,    -- 1: the access record and nothing else
  package TEXT NOT NULL,          -- H("package", manifest-sha256.txt): what both sign
  drafted_by BIGINT NOT NULL,
  drafted_at BIGINT NOT NULL,
  prepared_by BIGINT,             -- the first signature
  prepared_at BIGINT,
  signed_by BIGINT,               -- the second
  signed_at BIGINT,
  leaf BIGINT,                    -- its entry in the ledger
  proof TEXT,                     -- of that entry, with the cosignatures that have come
  published_at BIGINT,            -- when enough witnesses had cosigned
  retraction_by BIGINT,           -- who asked for its retraction
  retraction_reason TEXT,         -- for everybody
  retracted_by BIGINT,            -- who agreed
  retracted_at BIGINT,
  retraction_leaf BIGINT
);
CREATE INDEX case_release_case ON case_release (in_case, id);

CREATE TABLE release_copy (       -- the draft, for each compartment of those who sign
  case_release BIGINT NOT NULL REFERENCES case_release (id),
  compartment BIGINT NOT NULL REFERENCES compartment (id),
  sealed BLOB NOT NULL,
  PRIMARY KEY (case_release, compartment)
);

CREATE TABLE release_file (       -- public
  case_release BIGINT NOT NULL REFERENCES case_release (id),
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (case_release, path)
);

-- Frames and draws -------------------------------------------------------------------------------
-- The frame of a case (a visit): lists that people are drawn from, and how the draw went. Lines are identity and sealed.

CREATE TABLE frame_list (         -- a list as it was read; the latest of its kind counts
  id BIGINT PRIMARY KEY,
  in_case BIGINT NOT NULL REFERENCES mandate_case (id),
  kind TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  people BIGINT NOT NULL,
  sealed BLOB NOT NULL,
  member BIGINT NOT NULL,
  at BIGINT NOT NULL,
  leaf BIGINT NOT NULL
);
CREATE INDEX frame_list_case ON frame_list (in_case, id);

CREATE TABLE frame (              -- the lists together, frozen
  id BIGINT PRIMARY KEY,
  in_case BIGINT NOT NULL UNIQUE REFERENCES mandate_case (id),
  hash TEXT NOT NULL,             -- SHA-256 of its lines
  root TEXT NOT NULL,             -- of the Merkle tree over its salted lines
  people BIGINT NOT NULL,
  strata JSON NOT NULL,           -- how many in each
  sealed BLOB NOT NULL,
  member BIGINT NOT NULL,
  at BIGINT NOT NULL,
  leaf BIGINT NOT NULL
);

CREATE TABLE walk_draw (          -- a row and a seat drawn during the tour
  id BIGINT PRIMARY KEY,
  in_case BIGINT NOT NULL REFERENCES mandate_case (id),
  workshop TEXT NOT NULL,
  of_rows BIGINT NOT NULL,
  of_seats BIGINT NOT NULL,
  sealed BLOB NOT NULL,           -- row and seat: they say who sat there
  member BIGINT NOT NULL,
  at BIGINT NOT NULL,
  leaf BIGINT NOT NULL
);
CREATE INDEX walk_draw_case ON walk_draw (in_case, id);

CREATE TABLE case_draw (          -- one draw of the sequence; where it stands follows from its messages
  id BIGINT PRIMARY KEY,
  in_case BIGINT NOT NULL REFERENCES mandate_case (id),
  units TEXT NOT NULL,            -- people to hear, or files to read: each has a sequence of its own
  draw TEXT NOT NULL UNIQUE,      -- site/period/number
  seq BIGINT NOT NULL,
  member BIGINT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (in_case, units, seq)
);

CREATE TABLE draw_message (       -- public; one that was cosigned is a newer row of the same file
  id BIGINT PRIMARY KEY,
  draw BIGINT NOT NULL REFERENCES case_draw (id),
  file TEXT NOT NULL,
  content TEXT NOT NULL,
  member BIGINT NOT NULL,
  at BIGINT NOT NULL,
  leaf BIGINT NOT NULL
);
CREATE INDEX draw_message_draw ON draw_message (draw, id);

CREATE TABLE draw_secret (        -- the monitor's keys, its randomness, the call list: sealed
  draw BIGINT NOT NULL REFERENCES case_draw (id),
  name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (draw, name)
);

CREATE TABLE draw_attempt (       -- what became of attempts to hear somebody; codes are counted by everybody
  id BIGINT PRIMARY KEY,
  draw BIGINT NOT NULL REFERENCES case_draw (id),
  seq BIGINT NOT NULL,
  code TEXT NOT NULL,
  reserve BIGINT NOT NULL,        -- 1: of somebody in reserve
  sealed BLOB NOT NULL,
  UNIQUE (draw, seq)
);
