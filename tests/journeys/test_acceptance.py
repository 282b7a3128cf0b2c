"""How members' conversations are shown to be done: which tests hold which promise."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CONTRACT = (
    "each way of saying a thing means what the input contract says; no message, wherever its "
    "member stands, gives an exception, silence where an answer is due, or a vote"
)
SIZE = "each reply fits with the longest unit, name and motto; links are lost whole, from the end"
TYPED = "what a tap sends does the same when it is typed"
ONCE = "a message that comes again, or two of the same second, change nothing twice"
HELD_BACK = "nothing is pushed; what is waiting arrives on the next reply, once"
WORDS = "no sentence has too many lines or links, a word that we do not use, or asks to share"
REVIEW = "300 entries take one moderator 200 keys; undoing puts all back, and no author hears of it"
JOINING = "who joins reads the same for a match, a miss, a namesake and a name bound already"
ERASED = "of who is erased no row, log line or file is left; totals of what is closed are unchanged"

HELD_BY = {
    CONTRACT: [
        "handlers/test_contract.py::test_each_way_of_saying_it_means_what_the_contract_says",
        "handlers/test_contract.py::test_and_so_it_does_where_more_than_the_view_decides",
        "handlers/test_contract.py::test_what_goes_wrong_is_answered_kindly",
        "handlers/test_said.py::test_what_is_said_in_passing_finds_who_answers_it",
        "handlers/test_babble.py::test_many_long_conversations_at_random",
        "handlers/test_babble.py::test_a_vote_that_nobody_asked_for_is_noticed",
    ],
    SIZE: [
        "handlers/test_wording.py::test_every_sentence_fits_with_all_its_links",
        "handlers/test_wording.py::test_the_longest_data_are_as_long_as_they_can_be",
        "conversation/test_reply.py::test_a_reply_never_exceeds_its_budget",
        "conversation/test_reply.py::test_a_link_is_whole_or_not_there",
        (
            "conversation/test_reply.py::"
            "test_links_are_lost_from_the_last_one_up_and_their_labels_stay"
        ),
    ],
    TYPED: [
        "handlers/test_wording.py::test_what_a_tap_sends_is_the_same_when_it_is_typed",
        "handlers/test_wording.py::test_the_words_on_a_tap_can_be_typed_as_well",
        "handlers/test_wording.py::test_every_tap_means_something_wherever_the_member_stands",
    ],
    ONCE: [
        "turns/test_turns.py::test_a_redelivery_gets_the_stored_answer_byte_for_byte",
        (
            "turns/test_turns.py::"
            "test_twelve_threads_with_one_delivery_have_one_effect_and_one_answer"
        ),
        (
            "turns/test_turns.py::"
            "test_twelve_threads_with_the_same_vote_in_twelve_deliveries_give_one_vote"
        ),
        "turns/test_turns.py::test_twelve_votes_at_once_never_exceed_the_days_three",
        "journeys/test_quiz_day.py::test_two_letters_of_one_second_answer_one_question",
        (
            "handlers/test_contract.py::"
            "test_what_was_sent_before_the_view_was_on_show_counts_only_if_it_names_it"
        ),
    ],
    HELD_BACK: [
        "test_outside.py::test_three_modules_make_requests_and_no_other",
        "turns/test_turns.py::test_a_waiting_notice_rides_on_the_next_reply_and_only_on_that",
        "turns/test_turns.py::test_a_redelivery_hears_the_notice_again_in_the_same_bytes",
        "turns/test_told_once.py::test_of_many_messages_at_once_one_tells",
        (
            "turns/test_told_once.py::"
            "test_what_a_killed_worker_was_about_to_tell_is_told_on_the_repetition"
        ),
    ],
    WORDS: [
        (
            "handlers/test_wording.py::"
            "test_no_sentence_has_more_lines_or_links_than_a_telephone_shows"
        ),
        "handlers/test_wording.py::test_no_sentence_has_a_word_that_we_do_not_use",
        "handlers/test_wording.py::test_no_sentence_has_two_symbols",
        "handlers/test_wording.py::test_every_sentence_that_is_written_is_looked_at",
    ],
    REVIEW: [
        "console/test_look.py::test_three_hundred_entries_take_two_hundred_keys",
        "domain/test_piles.py::test_undoing_puts_all_back_where_they_lay_and_nobody_hears",
        (
            "domain/test_moderation.py::"
            "test_a_decision_taken_back_within_the_minute_leaves_no_trace_for_the_author"
        ),
    ],
    JOINING: [
        "handlers/test_joining.py::test_nobody_can_tell_from_the_words_who_is_on_the_roster",
        "journeys/test_joining.py::test_j2_nobody_learns_from_the_reply_whom_the_roster_has",
    ],
    ERASED: [
        "domain/test_erasure.py::test_of_whoever_is_erased_no_row_is_left_under_the_key",
        "domain/test_erasure.py::test_replies_in_which_others_were_told_the_words_go_too",
        "domain/test_erasure.py::test_a_sealed_result_stays_to_the_last_vote",
        "domain/test_erasure.py::test_scores_of_a_contest_that_is_over_keep_everybodys_place",
        "journeys/test_forgotten.py::test_in_the_middle_of_a_campaign",
        "journeys/test_forgotten.py::test_after_the_campaign_has_ended",
        "test_privacy.py::test_nobody_finds_a_member_in_what_is_left_behind",
    ],
}


@pytest.mark.parametrize("promise", HELD_BY)
def test_each_promise_is_held_by_tests_that_there_are(promise: str) -> None:
    for name in HELD_BY[promise]:
        path, _, test = name.partition("::")
        assert f"\ndef {test}(" in (ROOT / path).read_text("utf-8"), name
