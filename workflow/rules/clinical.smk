# Survival beside the pooled proportions.


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
