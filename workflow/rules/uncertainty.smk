# How sure the answer is, and how far choices move it.
UNCERTAINTY_CODE = digest(*CORE, *modules("steps/uncertainty.py", "synthesis", "stats"))
MULTIVERSE_CODE = digest(
    *CORE,
    *modules("steps/uncertainty.py", "review.py", "evidence", "synthesis", "stats"),
)
UNCERTAINTY_TABLES_CODE = digest(*CORE, *modules("steps/uncertainty.py", "tables.py"))
BAYES_PLAN = [plan_digest(key) for key in ("level", "thresholds", "bayes")]
MULTIVERSE_PLAN = [
    plan_digest(key) for key in ("level", "thresholds", "multiverse", "models")
]
JUDGED = hashlib.sha256(
    repr(
        [row.model_dump_json() for row in REVIEW.evidence.supplements["risk_of_bias"]]
    ).encode()
).hexdigest()[:12]
BAYES = expand("results/analysis/{endpoint}/bayes.json", endpoint=ENDPOINTS)
MULTIVERSE = expand("results/analysis/{endpoint}/multiverse.json", endpoint=ENDPOINTS)
MULTIVERSE_SETS = expand(
    "results/analysis/{endpoint}/multiverse_sets.csv", endpoint=ENDPOINTS
)


rule bayes:
    input:
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
    output:
        "results/analysis/{endpoint}/bayes.json",
    log:
        "logs/bayes/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=UNCERTAINTY_CODE,
        plan=endpoint_plan,
        bayes=BAYES_PLAN,
    shell:
        "python -m poolprop step bayes --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q} --out {output:q} 2> {log:q}"


rule multiverse:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        sets="results/analysis/{endpoint}/multiverse_sets.csv",
        analyses="results/analysis/{endpoint}/multiverse.json",
    log:
        "logs/multiverse/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=MULTIVERSE_CODE,
        plan=endpoint_plan,
        multiverse=MULTIVERSE_PLAN,
        rows=endpoint_rows,
        judged=JUDGED,
    shell:
        "python -m poolprop step multiverse --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --sets {output.sets:q} --out {output.analyses:q}"
        " 2> {log:q}"


rule uncertainty_tables:
    input:
        bayes=BAYES,
        multiverse=MULTIVERSE,
    output:
        bayes="results/tables/bayes.csv",
        multiverse="results/tables/multiverse.csv",
    log:
        "logs/uncertainty_tables.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=UNCERTAINTY_TABLES_CODE,
    shell:
        "python -m poolprop step uncertainty-tables --bayes {input.bayes:q}"
        " --multiverse {input.multiverse:q} --bayes-table {output.bayes:q}"
        " --multiverse-table {output.multiverse:q} 2> {log:q}"
