"""URLs of the review's screens."""

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from review.views import (
    archive,
    audit,
    comparisons,
    controls,
    evaluation_reports,
    finetuned,
    home,
    papers,
    reports,
    studies,
)
from review.views.adjudication import corrections, disputes, items, sendbacks
from review.views.grading import desk, drafts, history, pair_history, pairs, practice
from review.views.people import invitations, password_links, people
from review.views.releases import files, policies, releases


class ItemCode(StringConverter):
    """An item's public code, as review.models.items makes it."""

    regex = "[A-Za-z0-9_-]{1,16}"


register_converter(ItemCode, "item_code")

app_name = "review"
urlpatterns = [
    path("needs/", home.home, name="home"),
    path("grade/", desk.desk, name="desk"),
    path("grade/studies/<int:study_id>/next/", desk.next_item, name="next_item"),
    path("grade/studies/<int:study_id>/practice/", practice.practice, name="practice"),
    path("grade/studies/<int:study_id>/history/", history.history, name="history"),
    path("grade/keys/", drafts.keys, name="keys"),
    path("grade/items/<item_code:code>/", desk.grade, name="grade"),
    path("grade/items/<item_code:code>/draft/", drafts.draft, name="draft"),
    path("grade/items/<item_code:code>/answer-key/", drafts.answer_key, name="answer_key"),
    path("grade/items/<item_code:code>/decline/", desk.decline, name="decline"),
    path("grade/items/<item_code:code>/amend/", history.amend, name="amend"),
    path("grade/items/<item_code:code>/amend/draft/", drafts.amend_draft, name="amend_draft"),
    path("grade/items/<item_code:code>/reveal/", history.reveal, name="reveal"),
    path("grade/items/<item_code:code>/sent-back/", sendbacks.sent_back, name="sent_back"),
    path("compare/studies/<int:study_id>/history/", pair_history.history, name="pair_history"),
    path("compare/items/<item_code:code>/", pairs.compare, name="pair"),
    path("compare/items/<item_code:code>/draft/", pairs.draft, name="pair_draft"),
    path("compare/items/<item_code:code>/amend/", pair_history.amend, name="pair_amend"),
    path(
        "compare/items/<item_code:code>/amend/draft/",
        pair_history.amend_draft,
        name="pair_amend_draft",
    ),
    path("adjudication/", items.overview, name="adjudication"),
    path("adjudication/studies/<int:study_id>/", items.study, name="adjudication_study"),
    path("adjudication/studies/<int:study_id>/next/", items.next_item, name="settle_next"),
    path("adjudication/items/<item_code:code>/", items.item, name="adjudication_item"),
    path("adjudication/items/<item_code:code>/hold/", items.hold, name="settle_hold"),
    path("adjudication/items/<item_code:code>/let-go/", items.leave, name="settle_let_go"),
    path("adjudication/items/<item_code:code>/settle/", items.settle, name="settle"),
    path("adjudication/items/<item_code:code>/correct/", corrections.correct, name="correct"),
    path("adjudication/items/<item_code:code>/send-back/", sendbacks.send, name="send_back"),
    path("disputes/", disputes.dispute_list, name="disputes"),
    path("disputes/<int:question_id>/", disputes.dispute, name="dispute"),
    path(
        "disputes/<int:question_id>/make-again/<int:batch_id>/",
        disputes.dispute_make_again,
        name="dispute_make_again",
    ),
    path("studies/", studies.study_list, name="studies"),
    path("studies/new/", studies.study_new, name="study_new"),
    path("studies/new/pairs/", studies.pairwise_new, name="pairwise_new"),
    path("studies/controls/", controls.control_list, name="controls"),
    path("studies/controls/<uuid:key>/", controls.control_mark, name="control_mark"),
    path(
        "studies/controls/<int:control_id>/retire/", controls.control_retire, name="control_retire"
    ),
    path("studies/<int:study_id>/extend/", studies.study_extend, name="study_extend"),
    path("studies/<int:study_id>/draw/", studies.study_draw, name="study_draw"),
    path("studies/<int:study_id>/policy/", policies.policy_try, name="policy_try"),
    path("studies/<int:study_id>/", studies.study_detail, name="study"),
    re_path(
        r"^studies/(?P<study_id>[0-9]+)/(?P<action>pause|resume|close)/$",
        studies.study_steer,
        name="study_steer",
    ),
    path("studies/<int:study_id>/archive.zip", archive.study_archive, name="study_archive"),
    path("studies/<int:study_id>/reports/", reports.overview, name="reports"),
    path("studies/<int:study_id>/reports/paper/", papers.paper, name="paper"),
    re_path(
        r"^studies/(?P<study_id>[0-9]+)/reports/paper\.(?P<form>md|tex|json)$",
        papers.paper_file,
        name="paper_file",
    ),
    path("studies/<int:study_id>/reports/<slug:key>/", reports.report, name="report"),
    re_path(
        r"^studies/(?P<study_id>[0-9]+)/reports/(?P<key>[a-z_]+)\.(?P<form>csv|json)$",
        reports.report_file,
        name="report_file",
    ),
    path(
        "studies/<int:study_id>/reports/<slug:key>/<slug:table>.csv",
        reports.report_table,
        name="report_table",
    ),
    re_path(
        r"^studies/(?P<study_id>[0-9]+)/reports/(?P<key>[a-z_]+)/(?P<table>[a-z0-9_]+)\.(?P<form>svg|png)$",
        reports.report_plot,
        name="report_plot",
    ),
    path("comparisons/batches/", comparisons.compare_batches, name="compare_batches"),
    path("comparisons/studies/", comparisons.compare_studies, name="compare_studies"),
    re_path(
        r"^evaluations/reports/(?P<items_sha256>[0-9a-f]{64})/$",
        evaluation_reports.evaluation_report_page,
        name="evaluation_report",
    ),
    path("releases/", releases.release_list, name="releases"),
    path("releases/new/", releases.release_new, name="release_new"),
    path("releases/policies/new/", policies.policy_new, name="policy_new"),
    path("releases/<slug:name>/", releases.release_detail, name="release"),
    re_path(
        r"^releases/(?P<name>[-a-zA-Z0-9_]+)/(?P<action>retry|remove)/$",
        releases.release_steer,
        name="release_steer",
    ),
    path("releases/<slug:name>/download/", files.release_download, name="release_download"),
    path("releases/<slug:name>/bundle/", files.release_bundle, name="release_bundle"),
    path(
        "releases/<slug:name>/trainers/",
        files.release_configurations,
        name="release_configurations",
    ),
    path("releases/<slug:name>/withdraw/", releases.release_withdraw, name="release_withdraw"),
    path("models/", finetuned.model_list, name="models"),
    path("models/new/", finetuned.model_new, name="model_new"),
    path("models/<slug:name>/", finetuned.model_detail, name="model"),
    path("models/<slug:name>/endpoints/", finetuned.model_endpoints, name="model_endpoints"),
    path("models/<slug:name>/run-card.json", finetuned.model_run_card, name="model_run_card"),
    path("people/", people.people_list, name="people"),
    path("people/<int:person_id>/", people.person_detail, name="person"),
    path("people/<int:person_id>/roles/", people.person_roles, name="person_roles"),
    path("people/<int:person_id>/profile/", people.person_profile, name="person_profile"),
    re_path(
        r"^people/(?P<person_id>[0-9]+)/(?P<action>deactivate|reactivate|drop-second-step)/$",
        people.person_steer,
        name="person_steer",
    ),
    path("people/<int:person_id>/reset/", password_links.person_reset, name="person_reset"),
    path(
        "passwords/<str:account>/<str:token>/", password_links.password_reset, name="password_reset"
    ),
    path("people/invitations/new/", invitations.invitation_new, name="invitation_new"),
    path(
        "people/invitations/<int:invitation_id>/revoke/",
        invitations.invitation_revoke,
        name="invitation_revoke",
    ),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("profile/", people.own_profile, name="profile"),
    path("audit/", audit.audit, name="audit"),
    path("audit/logins/", audit.logins, name="logins"),
]
