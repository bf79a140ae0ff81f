"""URLs of the review's screens."""

from django.urls import path, re_path, register_converter

from review.views import grading, releases, studies


class ItemCode:
    """An item's public code, as review.models.items makes it."""

    regex = "[A-Za-z0-9_-]{1,16}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ItemCode, "item_code")

app_name = "review"
urlpatterns = [
    path("grade/", grading.desk, name="desk"),
    path("grade/studies/<int:study_id>/next/", grading.next_item, name="next_item"),
    path("grade/items/<item_code:code>/", grading.grade, name="grade"),
    path("studies/", studies.study_list, name="studies"),
    path("studies/new/", studies.study_new, name="study_new"),
    path("studies/<int:study_id>/", studies.study_detail, name="study"),
    re_path(
        r"^studies/(?P<study_id>[0-9]+)/(?P<action>pause|resume|close)/$",
        studies.study_steer,
        name="study_steer",
    ),
    path("releases/", releases.release_list, name="releases"),
    path("releases/new/", releases.release_new, name="release_new"),
    path("releases/policies/new/", releases.policy_new, name="policy_new"),
    path("releases/<slug:name>/", releases.release_detail, name="release"),
    path("releases/<slug:name>/download/", releases.release_download, name="release_download"),
    path("releases/<slug:name>/withdraw/", releases.release_withdraw, name="release_withdraw"),
]
