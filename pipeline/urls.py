"""URLs of the pipeline's screens."""

from django.urls import path, re_path

from pipeline.views import batches, knowledge_graphs, questions, traces

app_name = "pipeline"
urlpatterns = [
    path("batches/", batches.batch_list, name="batches"),
    path("batches/new/", batches.batch_new, name="batch_new"),
    path("batches/<int:batch_id>/", batches.batch_detail, name="batch"),
    re_path(
        r"^batches/(?P<batch_id>[0-9]+)/(?P<action>pause|resume|cancel)/$",
        batches.batch_steer,
        name="batch_steer",
    ),
    path("batches/<int:batch_id>/retry/", batches.batch_retry, name="batch_retry"),
    path("batches/<int:batch_id>/traces/", traces.trace_list, name="traces"),
    path("traces/<uuid:key>/", traces.trace_detail, name="trace"),
    path("questions/", questions.question_set_list, name="question_sets"),
    path("questions/upload/", questions.question_upload, name="question_upload"),
    path("questions/loads/<int:load_id>/", questions.question_load, name="question_load"),
    path("questions/sets/<slug:name>/", questions.question_set_detail, name="question_set"),
    path("graphs/", knowledge_graphs.knowledge_graph_list, name="knowledge_graphs"),
]
