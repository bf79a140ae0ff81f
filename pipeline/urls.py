"""URLs of the pipeline's screens."""

from django.urls import path, re_path

from pipeline.views import (
    batch_start,
    batches,
    configurations,
    endpoints,
    imports,
    knowledge_graphs,
    outputs,
    prices,
    terms,
    trace_lists,
    traces,
)
from pipeline.views.evaluations import answers, listing, start, watch
from pipeline.views.questions import benchmarks, descriptions, sets

app_name = "pipeline"
urlpatterns = [
    path("batches/", batches.batch_list, name="batches"),
    path("batches/new/", batch_start.batch_new, name="batch_new"),
    path("batches/new/missing/", batch_start.batch_missing, name="batch_missing"),
    path("batches/import/", imports.batch_import, name="batch_import"),
    path("batches/configurations/", configurations.configuration_list, name="configurations"),
    path("batches/configurations/new/", configurations.configuration_new, name="configuration_new"),
    path(
        "batches/configurations/at/<slug:name>/",
        configurations.configuration_detail,
        name="configuration",
    ),
    path(
        "batches/configurations/at/<slug:name>.json",
        configurations.configuration_file,
        name="configuration_file",
    ),
    path("batches/<int:batch_id>/", batches.batch_detail, name="batch"),
    re_path(
        r"^batches/(?P<batch_id>[0-9]+)/(?P<action>pause|resume)/$",
        batches.batch_steer,
        name="batch_steer",
    ),
    path("batches/<int:batch_id>/cancel/", batches.batch_cancel, name="batch_cancel"),
    path("batches/<int:batch_id>/budget/", batches.batch_budget, name="batch_budget"),
    path("batches/<int:batch_id>/retry/", batches.batch_retry, name="batch_retry"),
    path("batches/<int:batch_id>/terms/", terms.batch_terms, name="batch_terms"),
    path("batches/<int:batch_id>/traces/", trace_lists.trace_list, name="traces"),
    path("traces/", trace_lists.all_traces, name="all_traces"),
    path("traces/<uuid:key>/", traces.trace_detail, name="trace"),
    re_path(
        r"^traces/(?P<key>[0-9a-f-]{36})/paths\.(?P<form>graphml|json)$",
        traces.trace_paths,
        name="trace_paths",
    ),
    path("evaluations/", listing.evaluation_list, name="evaluations"),
    path("evaluations/new/", start.evaluation_new, name="evaluation_new"),
    path("evaluations/new/missing/", start.evaluation_missing, name="evaluation_missing"),
    path("evaluations/import/", outputs.outputs_new, name="outputs_new"),
    path(
        "evaluations/import/<slug:upload>/<slug:benchmark>/",
        outputs.outputs_import,
        name="outputs_import",
    ),
    path("evaluations/<int:evaluation_id>/", watch.evaluation_detail, name="evaluation"),
    re_path(
        r"^evaluations/(?P<evaluation_id>[0-9]+)/(?P<action>pause|resume)/$",
        watch.evaluation_steer,
        name="evaluation_steer",
    ),
    path(
        "evaluations/<int:evaluation_id>/cancel/", watch.evaluation_cancel, name="evaluation_cancel"
    ),
    path(
        "evaluations/<int:evaluation_id>/budget/", watch.evaluation_budget, name="evaluation_budget"
    ),
    path("evaluations/<int:evaluation_id>/retry/", watch.evaluation_retry, name="evaluation_retry"),
    path("evaluations/<int:evaluation_id>/answers/", answers.answer_list, name="answers"),
    path("evaluations/answers/<uuid:key>/", answers.answer_detail, name="answer"),
    path("questions/", sets.question_set_list, name="question_sets"),
    path("questions/upload/", sets.question_upload, name="question_upload"),
    path("questions/describe/", descriptions.description_new, name="description_new"),
    path("questions/describe/<slug:upload>/", descriptions.description, name="description"),
    path(
        "questions/describe/<slug:upload>/load/<slug:name>/",
        descriptions.description_load,
        name="description_load",
    ),
    path("questions/loads/<int:load_id>/", sets.question_load, name="question_load"),
    path("questions/sets/<slug:name>/", sets.question_set_detail, name="question_set"),
    path("questions/benchmarks/", benchmarks.benchmark_list, name="benchmarks"),
    path(
        "questions/sets/<slug:name>/benchmark/",
        benchmarks.question_set_benchmark,
        name="question_set_benchmark",
    ),
    path("questions/sets/<slug:name>/terms/", terms.question_set_terms, name="question_set_terms"),
    path("graphs/", knowledge_graphs.knowledge_graph_list, name="knowledge_graphs"),
    path("graphs/<int:graph_id>/terms/", terms.knowledge_graph_terms, name="knowledge_graph_terms"),
    path("endpoints/", endpoints.endpoint_list, name="endpoints"),
    path("endpoints/new/", endpoints.endpoint_new, name="endpoint_new"),
    path("endpoints/prices/", prices.price_list, name="prices"),
    path("endpoints/prices/new/", prices.price_new, name="price_new"),
    path("endpoints/prices/<int:price_id>/", prices.price_change, name="price_change"),
    path("endpoints/at/<slug:name>/", endpoints.endpoint_change, name="endpoint_change"),
    path("endpoints/at/<slug:name>/terms/", terms.endpoint_terms, name="endpoint_terms"),
    path("endpoints/at/<slug:name>/test/", endpoints.endpoint_test, name="endpoint_test"),
    re_path(
        r"^endpoints/at/(?P<name>[-a-zA-Z0-9_]+)/(?P<action>activate|deactivate)/$",
        endpoints.endpoint_steer,
        name="endpoint_steer",
    ),
]
