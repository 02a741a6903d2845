"""Which test holds which row of the catalogue of faults; a row without one says why.

A row is its number, a few words of it, and either the tests (`path::name`) or a reason.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NO_SUCH_ROW", "ROWS", "Row"]


@dataclass(frozen=True, slots=True)
class Row:
    """A fault of the catalogue; `not_ours` says why nothing holds it, where `tests` is empty."""

    says: str
    tests: tuple[str, ...] = ()
    not_ours: str = ""


def _held(says: str, *tests: str) -> Row:
    return Row(says, tuple(f"tests/{test}" for test in tests))


def _not_ours(says: str, reason: str) -> Row:
    return Row(says, not_ours=reason)


_CRASHES = "dispatch/test_crashes.py::test_a_worker_killed_at_each_moment"
_SMTP = "channels/test_smtp.py::test_answers_are_told_apart_by_phase"
_KILLS = "campaign/test_campaign.py::test_runs_that_are_killed_anywhere"
_POISON = "story/test_odd_ends.py::test_poison_rows_stop_nobody_else"
_GATE = "story/test_gates.py::test_a_gate"
_KNOWS = "story/test_gates.py::test_a_gate_that_knows_the_run_before"
_TRAPS = "read/test_documents.py::test_traps_are_refused_in_their_place"
_MISTAKES = "read/test_mistakes.py::test_mistake_is_told"
_STATUS = "channels/test_webhook.py::test_a_status_means"
_GRAMMAR = "messages/test_grammar.py::test_a_template_that_must_not_be_is_refused_when_it_is_read"
_BOUNDED = "messages/test_grammar.py::test_what_is_read_without_fault_is_bounded_when_it_runs"
_CLOCK = "story/test_daemon_clock.py"
_DELIVER = "dispatch/test_deliver.py"
_HEADER = "messages/test_address.py::test_a_header_value_with_a_forbidden_character_is_refused"

NO_SUCH_ROW = {10, 17, 18, 24, 34, 36, 37, 44, 51, 56, 58, 60, 61, 65, 91, 98, 106, 110} | {
    *(123, 124, 125, 129, 131, 133, 138, 139, 140)
}
"""Numbers that the catalogue leaves out."""

ROWS: dict[int, Row] = {
    1: _held("killed after plan, before claim", _CRASHES, _KILLS),
    2: _held("killed after claim, before connect", _CRASHES),
    3: _held("killed while writing the body", _CRASHES),
    4: _held("killed after in doubt, before the dot", _CRASHES),
    5: _held("killed after the dot, before the reply", _CRASHES),
    6: _held("killed after 250, before commit", _CRASHES),
    7: _held("a thousand random kills (`make campaign`; a few in the suite)", _KILLS),
    8: _held(
        "drop after dot", _SMTP, f"{_DELIVER}::test_an_unknown_outcome_follows_the_channels_word"
    ),
    9: _held(
        "hang after dot past the timeout",
        _SMTP,
        "channels/test_smtp.py::test_a_silent_server_is_waited_for_as_long_as_the_channel_says",
    ),
    11: _held("251 or 252 after dot", _SMTP),
    12: _held(
        "421 or drop at QUIT",
        "channels/test_smtp.py::test_what_happens_at_quit_changes_nothing",
        f"{_DELIVER}::test_trouble_at_quit_is_no_trouble",
    ),
    13: _held("450 at RCPT", _SMTP, f"{_DELIVER}::test_one_poisoned_touch_among_sound_ones"),
    14: _held(
        "550 at RCPT",
        f"{_DELIVER}::test_a_mailbox_that_does_not_exist_is_suppressed_and_others_are_not",
    ),
    15: _held(
        "554 policy for everyone",
        f"{_DELIVER}::test_a_policy_against_us_opens_the_breaker_and_suppresses_nobody",
    ),
    16: _held(
        "421 at connect",
        "channels/test_smtp.py::test_a_server_that_takes_no_connection_is_the_channels_failure",
        f"{_DELIVER}::test_a_server_that_is_full_costs_no_attempts_and_gets_all_once_it_is_back",
    ),
    19: _held(
        "STARTTLS missing, certificate wrong",
        "channels/test_smtp.py::test_missing_starttls_sends_nothing_in_the_clear",
        "channels/test_smtp.py::test_an_unknown_certificate_sends_nothing",
    ),
    20: _held(
        "credentials rejected",
        "channels/test_smtp.py::test_wrong_credentials_are_tried_once",
        f"{_DELIVER}::test_wrong_credentials_pause_the_channel_with_one_alert",
    ),
    21: _held("an unknown resolved twice", "ledger/test_runs.py::test_a_send_is_resolved_once"),
    22: _held(
        "a provider's event for an unknown",
        "story/test_inbound.py::test_a_providers_event_closes_an_unknown_as_sent",
    ),
    23: _held(
        "two daemons, same slot", "campaign/test_campaign.py::test_daemons_that_share_a_ledger"
    ),
    25: _held(
        "SIGSTOP between in doubt and dot",
        "faults/test_stopped_workers.py::test_025_stopped_between_in_doubt_and_dot",
        "faults/test_stopped_workers.py::test_025_stopped_with_a_claim",
        "faults/test_stopped_workers.py::test_025_stopped_while_in_doubt_was_committed",
    ),
    26: _held(
        "SIGTERM in the middle of sends",
        "dispatch/test_crashes.py::test_a_term_lets_what_is_under_way_finish",
        "story/test_crash.py::test_sigterm_finishes_what_is_under_way_and_leaves_the_rest_ready",
    ),
    27: _held(
        "SIGTERM twice",
        "dispatch/test_crashes.py::test_a_second_term_ends_it_now_and_guesses_nothing",
    ),
    28: _held(
        "out of memory: killed, or told so by an exception",
        _CRASHES,
        f"{_DELIVER}::test_a_bug_in_a_channel_ends_one_touch_only",
    ),
    29: _held(
        "disk full while planning",
        "story/test_odd_ends.py::test_a_full_disk_while_planning_keeps_nothing_and_the_next_run_goes_on",
    ),
    30: _held(
        "disk full at the sent commit",
        "faults/test_disks.py::test_030_disk_full_at_the_sent_commit",
    ),
    31: _held(
        "disk full of the log only",
        "faults/test_disks.py::test_031_disk_full_of_the_log_file_only",
        "faults/test_disks.py::test_031_disk_full_of_what_a_command_prints",
    ),
    32: _not_ours(
        "Postgres restarted 50 times while sending",
        "too long for the suite: `make campaign` does it (tests/campaign/campaigns.py, restarts)",
    ),
    33: _held(
        "connection lost during COMMIT",
        "faults/test_ledgers.py::test_033_connection_lost_during_commit_while_sending",
        "faults/test_ledgers.py::test_033_connection_lost_during_commit_while_planning",
    ),
    35: _held(
        "SQLite busy",
        "story/test_run_again.py::test_a_ledger_that_is_locked_for_a_while_is_waited_for",
        "faults/test_ledgers.py::test_035_sqlite_busy_for_too_long",
        "faults/test_ledgers.py::test_035_a_backup_and_a_long_reader_hold_up_nobody",
        "faults/test_ledgers.py::test_035_a_server_that_has_nobody_wait_for_long",
    ),
    38: _held("read-only database file", "faults/test_disks.py::test_038_read_only_database_file"),
    39: _held(
        "schema newer or older than the program",
        "faults/test_ledgers.py::test_039_schema_of_another_program",
        "ledger/test_schema.py::test_a_newer_ledger_is_not_migrated",
    ),
    40: _held(
        "killed in a migration",
        "faults/test_ledgers.py::test_040_killed_in_a_migration",
        "faults/test_ledgers.py::test_040_killed_while_a_ledger_is_made",
    ),
    41: _held(
        "power pulled after commit: that SQLite is told to wait for the disk; losing unsynced "
        "writes for real needs a file system made for it",
        "ledger/test_schema.py::test_sqlite_is_durable",
    ),
    42: _held(
        "a second daemon",
        "story/test_daemon.py::test_a_second_daemon_gives_way_and_says_who_is_at_work",
    ),
    43: _held(
        "CR and LF in names",
        _POISON,
        _HEADER,
        "messages/test_mime.py::test_a_forbidden_character_stops_the_message",
    ),
    45: _held(
        "NUL, C1, U+2028",
        _POISON,
        _HEADER,
        "messages/test_mime.py::test_any_data_gives_the_message_that_was_meant_or_a_failure",
    ),
    46: _held(
        "direction and zero width in names, and in the console",
        _HEADER,
        "faults/test_surroundings.py::test_046_controls_in_data_are_escaped_in_the_console",
    ),
    47: _held("invalid UTF-8", "story/test_bytes.py::test_one_name_of_another_encoding"),
    48: _held(
        "a huge field",
        _POISON,
        "messages/test_mime.py::test_a_message_that_is_too_large_is_refused",
    ),
    49: _held("long subjects", "messages/test_mime.py::test_a_subject_is_read_back_as_it_was"),
    50: _held("endless lines", "messages/test_mime.py::test_a_line_of_any_length_is_encoded"),
    52: _held(
        "two addresses in one field",
        _POISON,
        "messages/test_address.py::test_what_is_no_address_is_refused_with_a_sentence",
    ),
    53: _held(
        "odd addresses: one rule",
        "messages/test_address.py::test_an_address_is_taken",
        "messages/test_address.py::test_what_is_no_address_is_refused_with_a_sentence",
        "messages/test_check.py::test_an_address_written_out_goes_by_the_rule_of_run_time",
    ),
    54: _held(
        "no SMTPUTF8",
        "channels/test_smtp.py::test_a_message_that_the_server_cannot_take_fails_alone",
    ),
    55: _held(
        "internationalised domains",
        _POISON,
        "messages/test_address.py::test_the_same_mailbox_has_one_normal_form",
    ),
    57: _held(
        "two share an address",
        "faults/test_data.py::test_057_two_subjects_share_an_address",
        "dispatch/test_policy.py::test_four_lanes_at_once_keep_a_cap_and_the_order",
    ),
    59: _held(
        "unsubscribed before the dot",
        f"{_DELIVER}::test_who_unsubscribed_a_moment_ago_gets_nothing",
    ),
    62: _held("forged bounces", "ledger/test_evidence.py::test_a_forged_bounce_to_the_return_path"),
    63: _held(
        "bounces that are none",
        "inbound/test_reports.py::test_what_a_mail_says",
        "inbound/test_reports.py::test_a_report_within_a_mail_is_no_report",
        "story/test_inbound.py::test_what_stops_nobody",
    ),
    64: _held(
        "out of office, loops, null sender",
        "inbound/test_reports.py::test_what_a_mail_says",
        "story/test_inbound.py::test_what_stops_nobody",
    ),
    66: _held(
        "notices of many recipients and unknown types",
        "inbound/test_providers.py::test_each_recipient_of_a_notice_is_an_event",
        "inbound/test_providers.py::test_what_an_event_says",
        "inbound/test_providers.py::test_documents_that_nobody_should_send",
    ),
    67: _held("no complaint, no bounce", "inbound/test_providers.py::test_what_an_event_says"),
    68: _not_ours(
        "signatures of events",
        "not ours: events come in as files and through a pipe, no port is listened on; whoever "
        "takes them from the network checks its signature",
    ),
    69: _held(
        "500, then 200",
        "channels/test_webhook.py::test_an_attempt_has_the_same_id_and_its_own_timestamp",
    ),
    70: _held(
        "a webhook that was processed and timed out",
        "channels/test_webhook.py::test_a_receiver_that_is_slow_or_breaks_off_may_have_got_it",
    ),
    71: _held("redirects", "channels/test_webhook.py::test_a_redirect_is_not_followed"),
    72: _held(
        "a host that changes",
        "channels/test_webhook.py::test_the_connection_goes_to_the_address_that_was_checked",
    ),
    73: _held(
        "private addresses in disguise",
        "channels/test_addresses.py::test_refused",
        "channels/test_addresses.py::test_addresses_that_names_lead_to",
    ),
    74: _held("410, 429", _STATUS, "channels/test_webhook.py::test_retry_after"),
    75: _held(
        "endless answers, bombs",
        "channels/test_webhook.py::test_an_endless_answer_is_cut",
        "channels/test_webhook.py::test_an_answer_that_unpacks_to_much_is_not_unpacked",
    ),
    76: _held("down for three days", "faults/test_data.py::test_076_endpoint_down_three_days"),
    77: _held(
        "a key is rotated",
        "channels/test_webhook.py::test_two_secrets_give_two_signatures_and_both_verify",
    ),
    78: _not_ours(
        "a webhook's host from data",
        "not ours: the language has no such word; a step names a channel of touchline.yaml",
    ),
    79: _held(
        "alias bombs", "read/test_documents.py::test_alias_bomb_is_refused_before_it_is_built"
    ),
    80: _held("merge keys: there are no aliases to merge", _TRAPS),
    81: _held("a key twice", _TRAPS),
    82: _held(
        "what YAML 1.1 turns into something else",
        "read/test_documents.py::test_scalars_are_what_they_look_like",
    ),
    83: _held("depth, size, digits, encodings", _TRAPS, "read/test_files.py::test_contents"),
    84: _held("tags", _TRAPS),
    85: _held("unknown keys", _MISTAKES),
    86: _held(
        "links, pipes, folders",
        "read/test_files.py::test_links_out_of_the_project_are_refused",
        "read/test_files.py::test_fifo_does_not_hang",
        "read/test_files.py::test_folders_that_are_links_or_named_like_files",
    ),
    87: _held(
        "half-written files",
        "story/test_daemon.py::test_changed_files_are_taken_up_whole_or_not_at_all",
    ),
    88: _held(
        "one invalid playbook", "story/test_faults.py::test_a_broken_playbook_stops_no_other"
    ),
    89: _held(
        "secrets that show",
        _MISTAKES,
        "ledger/test_schema.py::test_a_password_is_never_told",
        "channels/test_webhook.py::test_a_secret_that_is_none_is_refused_and_not_shown",
    ),
    90: _held("missing secrets", "read/test_secrets.py::test_missing_is_refused"),
    92: _held(
        "ways out of the sandbox",
        _GRAMMAR,
        "messages/test_grammar.py::test_the_sandbox_refuses_what_its_grammar_would_have_refused",
    ),
    93: _held("templates without end", _GRAMMAR, _BOUNDED),
    94: _held(
        "a value that is missing for one",
        "story/test_run.py::test_a_missing_value_fails_that_one_touch",
    ),
    95: _held(
        "markup in data",
        "messages/test_parts.py::test_data_brings_no_markup_into_html_and_is_plain_in_text",
        "messages/test_parts.py::test_a_value_that_leads_elsewhere_fails_the_touch",
    ),
    96: _held("data that is a template", _POISON),
    97: _held("None, nan, 1e+20", "messages/test_values.py::test_a_value_prints_by_one_rule"),
    99: _held(
        "SQL that writes: no condition carries SQL, and the session cannot write",
        "sources/test_sql.py::test_a_source_is_read_only",
        "sources/test_sql.py::test_not_even_a_function_writes_to_postgres",
    ),
    100: _held(
        "a superuser's credentials",
        "sources/test_sql.py::test_a_login_of_postgres_that_may_more_than_read_is_told",
        "story/test_connectors.py::test_a_login_that_may_more_than_read_is_told_and_stops_nothing",
    ),
    101: _held(
        "a segment that sleeps",
        "faults/test_runs.py::test_101_a_segment_that_sleeps",
        "sources/test_sql.py::test_a_statement_that_takes_too_long_ends",
    ),
    102: _held("columns that change", _GATE),
    103: _held("tables that are emptied or half loaded", _GATE, _KNOWS),
    104: _held("stale sources", _GATE),
    105: _held(
        "a segment that doubles",
        "faults/test_runs.py::test_105_segment_doubles_or_covers_nearly_all",
        _KNOWS,
    ),
    107: _held("fan-out", _GATE),
    108: _held(
        "who leaves between plan and send",
        "faults/test_runs.py::test_108_subject_leaves_between_plan_and_send",
    ),
    109: _held(
        "a source that dies half-way",
        "story/test_gates.py::test_a_source_that_dies_while_its_rows_are_read",
    ),
    111: _held(
        "odd identifiers", "faults/test_runs.py::test_111_identifiers_with_everything_in_them"
    ),
    112: _held(
        "gaps and doubled hours",
        "faults/test_runs.py::test_112_one_run_per_local_slot",
        "schedule/test_fires.py::test_no_wall_time_fires_twice_and_none_is_lost_in_a_year",
    ),
    113: _held(
        "a clock set back", f"{_CLOCK}::test_a_clock_is_trusted", "schedule/test_fires.py::test_due"
    ),
    114: _held(
        "a clock that leaps",
        f"{_CLOCK}::test_after_a_leap_of_days_nothing_goes_out_until_a_person_resumes",
    ),
    115: _held("three days down", "schedule/test_fires.py::test_due"),
    116: _held(
        "a run longer than its interval",
        "faults/test_runs.py::test_116_run_longer_than_its_interval",
    ),
    117: _held(
        "500 playbooks at one minute",
        "faults/test_runs.py::test_117_five_hundred_playbooks_at_one_minute",
        "faults/test_runs.py::test_117_a_crowd_at_midnight_fires_once_each_and_keeps_the_cap",
    ),
    118: _held("cron that is none", "faults/test_runs.py::test_118_cron_that_is_none"),
    119: _held("unknown time zones", _MISTAKES),
    120: _held("leap days, ends of months", "moments/test_calendar.py::test_shifted_dates"),
    121: _held(
        "a halt during a run",
        "faults/test_stops.py::test_121_kill_switch_during_a_run",
        f"{_DELIVER}::test_a_halt_in_the_middle_lets_nothing_more_out",
    ),
    122: _held(
        "a halt that cannot be read",
        "faults/test_stops.py::test_122_kill_switch_of_an_odd_kind",
        "faults/test_stops.py::test_122_kill_switch_that_cannot_be_looked_at",
        "faults/test_stops.py::test_122_kill_switch_while_the_ledger_is_down",
    ),
    126: _held(
        "a copy elsewhere",
        "faults/test_ledgers.py::test_126_copy_of_the_production_database_started_elsewhere",
    ),
    127: _held(
        "dry runs",
        "story/test_odd_ends.py::test_a_rehearsal_opens_no_connection_and_changes_no_file",
        "story/test_run.py::test_a_dry_run_decides_the_same_and_touches_nothing",
    ),
    128: _held(
        "a test send",
        "faults/test_data.py::test_128_test_send_of_a_template_with_many_matches",
    ),
    130: _held(
        "unknown counts against a cap",
        "faults/test_data.py::test_130_unknown_counts_against_a_cap",
    ),
    132: _held(
        "a log that was tampered with",
        "ledger/test_audit.py::test_tampering_is_found_out",
        "ledger/test_audit.py::test_a_fork_cannot_be_written",
        "faults/test_audit.py::test_132_last_three_removed_with_the_head_set_back",
    ),
    134: _held(
        "a log that cannot be written",
        "ledger/test_audit.py::test_a_record_that_cannot_be_written_undoes_its_act",
        "ledger/test_schema.py::test_a_full_disk_leaves_nothing_half",
    ),
    135: _held(
        "erasure",
        "story/test_erase.py::test_nothing_of_them_is_left_and_the_log_verifies",
        "story/test_erase.py::test_who_was_erased_enters_nothing_and_is_tracked_no_more",
        "story/test_erase.py::test_their_address_stays_suppressed_under_another_key",
    ),
    136: _held(
        "what a checkpoint covers",
        "faults/test_audit.py::test_136_verify_states_what_is_not_covered",
        "faults/test_audit.py::test_136_signature_key_lost",
    ),
    137: _not_ours("CSV exports", "not yet: no command exports CSV"),
    141: _held(
        "patterns: no operator takes one, and ours are linear",
        "faults/test_data.py::test_141_patterns_of_ours_are_linear",
        "faults/test_data.py::test_141_and_still_find_addresses",
    ),
    142: _not_ours(
        "100,000 recipients",
        "too long for the suite: `make bench` measures it; kills at any moment are rows 1 to 7",
    ),
    143: _held(
        "odd surroundings",
        "faults/test_surroundings.py::test_143_file_descriptors_exhausted",
        "faults/test_surroundings.py::test_143_dns_dead",
        "faults/test_surroundings.py::test_143_no_home_and_no_current_folder",
        "faults/test_surroundings.py::test_143_umask_of_nothing",
        "faults/test_surroundings.py::test_143_running_as_root_is_warned_of",
    ),
    144: _held(
        "an upgrade in the middle of a run",
        "faults/test_ledgers.py::test_144_upgrade_in_the_middle_of_a_run",
        "faults/test_ledgers.py::test_144_upgrade_under_a_daemon",
    ),
}
