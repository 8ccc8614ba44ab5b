# From analysis data sets to estimates, and how sure they are. One job an endpoint: to load the
# engine takes longer than most of what it computes.
RISK_OF_BIAS = tables_fingerprint(EVIDENCE, "risk_of_bias")


rule synthesise:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
        excluded="results/analysis/{endpoint}/excluded.csv",
        alternatives="results/analysis/{endpoint}/alternatives.csv",
    output:
        report(
            "results/analysis/{endpoint}/pool.json",
            caption="../../report/captions/pool.rst",
            category="Results",
        ),
        report(
            "results/analysis/{endpoint}/subgroups.json",
            caption="../../report/captions/subgroups.rst",
            category="Results",
        ),
        report(
            "results/analysis/{endpoint}/influence.json",
            caption="../../report/captions/influence.rst",
            category="Results",
        ),
        [f"results/analysis/{{endpoint}}/{name}" for name in targets.MORE],
    log:
        "logs/synthesise/{endpoint}.log",
    priority: 10
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("synthesise"),
        plan=endpoint_plan,
        models=part(*MODELS, "thresholds", "bayes", "laws", "multiverse"),
        rows=endpoint_rows,
        judged=RISK_OF_BIAS,
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step synthesise --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q} --excluded {input.excluded:q}"
        " --alternatives {input.alternatives:q} --out {params.folder:q} 2> {log:q}"


# What the intervals cover for these very studies, by simulation. It waits for no estimate, and
# the page waits for it: so it starts before they do. It rests on the counts of the primary estimand
# alone, which it selects itself: Snakemake compares no parameters of what lies behind a job that
# runs, so behind `select` it would run for any row, or (with `ancient`) for none.
rule certificate:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        f"results/analysis/{{endpoint}}/{targets.CERTIFICATE}",
    log:
        "logs/certificate/{endpoint}.log",
    priority: 20
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("certificate"),
        plan=endpoint_plan,
        models=part("certificate", *MODELS),
        rows=primary_counts,
    shell:
        "python -m poolprop step certificate --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --out {output:q} 2> {log:q}"


# Outcomes each within the one before: rows of other endpoints, which rerun this job alone.
rule nested:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        f"results/analysis/{{endpoint}}/{targets.NESTED}",
    log:
        "logs/nested/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("nested"),
        plan=endpoint_plan,
        models=part(*MODELS, "bayes"),
        rows=nested_counts,
    shell:
        "python -m poolprop step nested --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --out {output:q} 2> {log:q}"
