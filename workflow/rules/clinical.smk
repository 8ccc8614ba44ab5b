# Beside the pooled proportions: adverse events, survival, two-arm studies, certainty, what others
# reported. Rules of blocks that the plan lacks are never asked for.


rule safety:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        data="results/safety/data.csv",
        pool="results/safety/pool.json",
        table="results/tables/safety.csv",
    log:
        "logs/safety.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("safety"),
        plan=part("safety", *MODELS),
        rows=safety_fingerprint(EVIDENCE, PLAN.safety) if PLAN.safety else "",
    shell:
        "python -m poolprop step safety --config {input.config:q} --data {output.data:q}"
        " --out {output.pool:q} --table {output.table:q} 2> {log:q}"


rule survival:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        data="results/survival/data.csv",
        pool="results/survival/pool.json",
        table="results/tables/survival_rates.csv",
    log:
        "logs/survival.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("survival"),
        plan=part("survival", *MODELS),
        rows=tables_fingerprint(EVIDENCE, "survival"),
    shell:
        "python -m poolprop step survival --config {input.config:q} --data {output.data:q}"
        " --out {output.pool:q} --table {output.table:q} 2> {log:q}"


rule comparisons:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        data="results/comparisons/data.csv",
        out="results/comparisons/comparisons.json",
        table="results/tables/comparisons.csv",
    log:
        "logs/comparisons.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("comparisons"),
        plan=part("comparisons", *MODELS),
        rows=pairs_fingerprint(EVIDENCE, PLAN.comparisons),
    shell:
        "python -m poolprop step comparisons --config {input.config:q} --data {output.data:q}"
        " --out {output.out:q} --table {output.table:q} 2> {log:q}"


rule certainty:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
        pools=TARGETS.each("pool.json"),
    output:
        record="results/certainty/certainty.json",
        table="results/tables/certainty.csv",
    log:
        "logs/certainty.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("certainty"),
        plan=part("certainty", "thresholds", "endpoints"),
        rows=tables_fingerprint(EVIDENCE, "certainty", "risk_of_bias"),
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
        code=code_of("benchmarks"),
        plan=part("endpoints", "survival"),
        rows=tables_fingerprint(EVIDENCE, "benchmarks"),
    shell:
        "python -m poolprop step benchmarks --config {input.config:q} --out {output:q} 2> {log:q}"
