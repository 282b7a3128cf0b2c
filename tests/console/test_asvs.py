"""The console's security, row by row: which tests hold which requirement (ASVS 5.0, level 2).

A01 to A29 are the rows of the project's security plan; each names tests that fail without it.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

A01 = "each view is open to exactly the roles of one table"
A02 = "what belongs to others is as if it were not there"
A03 = "fields that a form has not are ignored"
A04 = "the eleventh failed password in five minutes is refused, by account and by address"
A05 = "a second factor for every role above viewer; each code is good once; tries are counted"
A06 = "unknown, wrong and disabled are told alike, and take the same time"
A07 = "passwords: 12 to 128 characters of any kind, none that is guessed first"
A08 = "no account is there from the start: a code makes the first, once, within half an hour"
A09 = "the token changes with each step, and with another role; a planted one is not taken"
A10 = "signing out, closing, another password or authenticator end sign-ins at once"
A11 = "a sign-in ends after half an hour of silence and after twelve hours; it is listed and ended"
A12 = "the cookie is bound to the host and to https, and no script reads it"
A13 = "forms are heard with the token of their sign-in, from our own pages; getting changes nothing"
A14 = "a strict policy on every answer; what members write never runs"
A15 = "headers; no file beyond those served; figures are not public"
A16 = "dangerous acts ask for password and code that are not older than five minutes"
A17 = "ten recovery codes, hashed; a reset neither shows nor sets a password, nor skips the code"
A18 = "uploads: by content, five megabytes, caps on what they unpack to"
A19 = "no cell of a file is a formula; who took it, of what, is written down"
A20 = "the trail: sign-ins, codes, denials, changes; added to alone, and a chain shows the rest"
A21 = "nobody writes lines of the log"
A22 = "faults are told by a number; where the register cannot be asked, nobody gets in"
A23 = "limits are kept at the store; two who click at once do it once"
A24 = "nobody is called but our own stores, and our own address when the operator says so"
A25 = "the caller's address is believed from a proxy of this machine alone"
A26 = "settings that are examples or too short are refused; no secret is printed"
A27 = "links to one's own data open once, soon, and for their member"
A28 = "who proposes a mended key does not put it in force"
A29 = "each dependency is pinned with its hash, and a bill of materials tells them to auditors"

FACTOR = "domain/test_second_factor.py"
SIGNING_IN = "console/test_signing_in.py"
ACCOUNTS = "console/test_accounts.py"
COLLEAGUES = "domain/test_colleagues.py"

HELD_BY = {
    A01: [
        "console/test_security.py::test_the_table_of_access_names_exactly_the_views_there_are",
        "console/test_security.py::test_the_table_lets_nobody_do_what_is_not_theirs",
        "console/test_security.py::test_every_role_gets_exactly_what_the_table_says",
        "console/test_security.py::test_without_signing_in_only_the_doors_open",
        "console/test_security.py::test_before_the_second_step_nobody_gets_further_than_to_it",
    ],
    A02: [
        "console/test_accounts.py::test_units_of_others_are_as_if_they_were_not_there",
        "console/test_accounts.py::test_for_units_of_others_the_same_is_done_as_for_none",
        "console/test_imports.py::test_nobody_sees_or_takes_in_what_another_brought",
    ],
    A03: ["console/test_security.py::test_fields_that_a_form_has_not_change_nothing"],
    A04: [
        "console/test_signing_in.py::test_the_eleventh_failure_for_an_account_is_refused",
        "console/test_signing_in.py::test_the_eleventh_failure_from_an_address_is_refused",
        "domain/test_staff.py::test_of_many_tries_at_the_same_instant_ten_are_heard",
    ],
    A05: [
        "console/test_accounts.py::test_the_first_sign_in_sets_up_an_authenticator",
        "console/test_accounts.py::test_a_code_opens_one_of_two_sign_ins",
        "domain/test_second_factor.py::test_a_code_is_good_once_and_so_are_those_before_it",
        "domain/test_second_factor.py::test_clocks_may_differ_by_one_step",
        "domain/test_second_factor.py::test_the_sixth_wrong_code_in_five_minutes_is_not_heard",
        "domain/test_second_factor.py::test_twenty_wrong_codes_an_hour_and_fifty_a_day_are_heard",
        (
            "domain/test_second_factor.py::"
            "test_of_two_who_type_the_same_code_at_the_same_instant_one_gets_in"
        ),
    ],
    A06: [
        "console/test_signing_in.py::test_unknown_wrong_and_disabled_get_the_same_answer",
        "console/test_signing_in.py::test_unknown_and_known_names_take_the_same_time",
        "console/test_signing_in.py::test_for_unknown_and_known_names_the_same_is_done",
    ],
    A07: [
        "domain/test_passwords.py::test_any_characters_make_a_good_password",
        "domain/test_passwords.py::test_a_password_that_is_guessed_first_is_refused",
    ],
    A08: [
        "console/test_first_page.py::test_a_new_console_asks_for_the_code",
        "console/test_signing_in.py::test_the_code_works_once",
        "console/test_signing_in.py::test_the_code_is_good_for_half_an_hour",
    ],
    A09: [
        "console/test_accounts.py::test_the_token_changes_with_each_step_and_the_old_one_is_dead",
        "console/test_accounts.py::test_a_role_is_changed_and_the_colleague_has_to_sign_in_anew",
        (
            "console/test_signing_in.py::"
            "test_signing_in_gives_another_token_than_the_browser_came_with"
        ),
    ],
    A10: [
        "console/test_signing_in.py::test_signing_out_kills_the_token_at_once",
        "console/test_signing_in.py::test_a_disabled_account_and_a_new_password_end_all_sign_ins",
        "console/test_accounts.py::test_setting_up_an_authenticator_ends_other_sign_ins",
        "console/test_accounts.py::test_another_password_leaves_only_this_browser",
        "console/test_accounts.py::test_an_account_is_closed_or_reset_and_its_sign_ins_end",
    ],
    A11: [
        "console/test_signing_in.py::test_a_sign_in_ends_after_half_an_hour_of_silence",
        "console/test_signing_in.py::test_a_sign_in_ends_after_twelve_hours_of_work",
        "console/test_accounts.py::test_the_devices_are_listed_and_ended_one_by_one_or_all",
        "console/test_accounts.py::test_an_owner_signs_a_colleague_out_everywhere",
    ],
    A12: [
        "console/test_security.py::test_in_production_the_cookie_is_bound_to_the_host_and_to_https",
    ],
    A13: [
        "console/test_security.py::test_a_form_without_its_token_is_not_heard",
        "console/test_security.py::test_a_token_of_another_sign_in_is_not_heard",
        "console/test_security.py::test_a_token_dies_with_its_sign_in",
        "console/test_security.py::test_a_form_sent_from_elsewhere_is_not_heard",
        "console/test_security.py::test_getting_changes_nothing",
    ],
    A14: [
        "console/test_security.py::test_every_answer_carries_the_policy_and_its_companions",
        "console/test_security.py::test_what_a_member_writes_stays_words",
        "console/test_trail.py::test_what_somebody_wrote_stays_words_here_too",
        "journeys/test_payloads.py::test_forty_payloads_run_on_no_page",
    ],
    A15: [
        "console/test_security.py::test_every_answer_carries_the_policy_and_its_companions",
        "console/test_security.py::test_other_methods_do_nothing",
        "test_app.py::test_no_file_beyond_the_browser_libraries_is_served",
        "test_metrics.py::test_only_the_inner_port_tells_how_well_it_is",
    ],
    A16: [
        (
            "console/test_accounts.py::"
            "test_a_dangerous_act_asks_for_password_and_code_and_keeps_the_form"
        ),
        "console/test_security.py::test_what_cannot_be_taken_back_asks_for_proof",
        "console/test_accounts.py::test_none_of_the_dangerous_acts_is_done_without_proof",
        "console/test_accounts.py::test_guessing_the_password_of_an_open_sign_in_is_counted",
    ],
    A17: [
        "domain/test_second_factor.py::test_sql_and_the_trail_hold_no_seed_and_no_code",
        "domain/test_second_factor.py::test_a_recovery_code_is_good_once_however_it_is_typed",
        (
            "domain/test_colleagues.py::"
            "test_a_reset_takes_the_password_and_the_authenticator_only_if_it_is_lost"
        ),
        "domain/test_colleagues.py::test_who_is_invited_chooses_the_password",
    ],
    A18: [
        "console/test_imports.py::test_a_file_of_more_than_five_megabytes_is_refused",
        "test_nginx.py::test_the_sample_is_served_and_what_it_refuses_is_told_in_chinese",
        "console/test_imports.py::test_what_can_not_be_read_is_refused_plainly",
        "console/test_imports.py::test_a_file_is_read_from_who_may_bring_one_alone",
    ],
    A19: [
        "console/test_trail.py::test_no_cell_is_a_formula",
        "console/test_overview.py::test_in_no_list_is_a_cell_a_formula_or_a_name_whole",
        (
            "console/test_overview.py::"
            "test_each_list_is_taken_out_and_says_who_took_it_and_so_does_the_trail"
        ),
        "console/test_trail.py::test_a_file_says_who_took_it_and_of_what_and_so_does_the_trail",
        "h5/test_mine.py::test_the_workbook_has_the_same_and_no_formula",
    ],
    A20: [
        "console/test_trail.py::test_a_deed_is_told_with_who_when_before_and_after",
        "console/test_trail.py::test_a_row_that_was_changed_by_hand_is_told",
        "console/test_review.py::test_a_viewer_who_decides_is_denied_and_that_is_noted",
        "storage/test_grants.py::test_that_user_alters_nothing_of_the_trail",
        "storage/test_grants.py::test_the_service_decides_undoes_and_erases_as_that_user",
        "console/test_security.py::test_every_role_gets_exactly_what_the_table_says",
    ],
    A21: ["test_logs.py::test_no_value_gets_into_the_log_of_a_program_in_production"],
    A22: [
        "console/test_security.py::test_a_fault_of_ours_is_told_kindly_and_logged_under_its_number",
        "console/test_security.py::test_when_the_register_cannot_be_asked_nobody_gets_in",
    ],
    A23: [
        "console/test_imports.py::test_two_clicks_at_once_take_it_in_once",
        "domain/test_regrading.py::test_a_second_click_releases_nothing_and_tells_nobody_twice",
    ],
    A24: [
        "test_outside.py::test_three_modules_make_requests_and_no_other",
        "test_outside.py::test_a_test_that_calls_another_machine_fails",
        "test_outside.py::test_the_doctor_is_not_sent_elsewhere",
    ],
    A25: [
        "console/test_signing_in.py::test_a_forwarded_address_changes_nothing",
        "test_app.py::test_a_proxy_is_believed_only_in_production_on_this_machine",
    ],
    A26: [
        "test_settings.py::test_a_wrong_setting_is_named",
        "test_settings.py::test_a_secret_never_shows_in_what_is_printed",
    ],
    A27: [
        "h5/test_mine.py::test_the_page_shows_all_and_opens_once",
        "h5/test_mine.py::test_a_wrong_pass_opens_nothing",
    ],
    A28: [
        "domain/test_regrading.py::test_who_proposed_a_key_does_not_release_it",
        "domain/test_regrading.py::test_not_even_the_database_takes_one_person_for_two",
    ],
    A29: [
        "test_dev.py::test_pins_name_a_hash_for_each_package_and_no_host",
        "test_dev.py::test_every_dependency_is_pinned",
        "test_dev.py::test_browser_libraries_are_locked_by_content_and_name_no_host",
        "test_dev.py::test_the_bill_of_materials_names_all_that_ships_with_its_hashes",
    ],
}


def test_no_row_is_left_out() -> None:
    rows = {name: text for name, text in globals().items() if re.fullmatch(r"A\d\d", name)}

    assert sorted(rows) == [f"A{number:02}" for number in range(1, 30)]
    assert list(HELD_BY) == list(rows.values())


@pytest.mark.parametrize("row", HELD_BY)
def test_each_row_is_held_by_tests_that_there_are(row: str) -> None:
    for name in HELD_BY[row]:
        path, _, test = name.partition("::")
        assert f"\ndef {test}(" in (ROOT / path).read_text("utf-8"), name
