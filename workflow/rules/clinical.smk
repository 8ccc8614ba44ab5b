# Beside the pooled proportions: survival, certainty, what others reported.


rule select_survival:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        "results/survival/data.csv",
    log:
        "logs/select_survival.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
        plan=plan_digest("survival"),
        rows=SURVIVAL_ROWS,
    shell:
        "python -m poolprop step select-survival --config {input.config:q} --out {output:q}"
        " 2> {log:q}"


rule survival:
    input:
        config=ancient(CONFIG),
        data="results/survival/data.csv",
    output:
        pool="results/survival/pool.json",
        table="results/tables/survival_rates.csv",
    log:
        "logs/survival.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=plan_digest("survival"),
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step survival --config {input.config:q} --data {input.data:q}"
        " --out {output.pool:q} --table {output.table:q} 2> {log:q}"


rule certainty:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
        pools=POOLS,
    output:
        record="results/certainty/certainty.json",
        table="results/tables/certainty.csv",
    log:
        "logs/certainty.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        evidence=EVIDENCE_CODE,
        plan=plan_digest("certainty"),
        thresholds=plan_digest("thresholds"),
        endpoints=plan_digest("endpoints"),
        rows=CERTAINTY_ROWS,
    shell:
        "python -m poolprop step certainty --config {input.config:q} --pools {input.pools:q}"
        " --out {output.record:q} --table {output.table:q} 2> {log:q}"


rule benchmarks:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        "results/benchmarks/benchmarks.json",
    log:
        "logs/benchmarks.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        evidence=EVIDENCE_CODE,
        plan=plan_digest("endpoints"),
        survival=plan_digest("survival"),
        rows=BENCHMARK_ROWS,
    shell:
        "python -m poolprop step benchmarks --config {input.config:q} --out {output:q} 2> {log:q}"
