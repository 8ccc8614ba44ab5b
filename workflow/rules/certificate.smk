# What the intervals cover for these very studies, by simulation.


rule certificate:
    input:
        config=ancient(CONFIG),
        data=expand("results/analysis/{endpoint}/data.csv", endpoint=ENDPOINTS),
    output:
        records=CERTIFICATES,
        table="results/tables/certificate.csv",
    log:
        "logs/certificate.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=plan_digest("certificate"),
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step certificate --config {input.config:q} --data {input.data:q}"
        " --out {output.records:q} --table {output.table:q} 2> {log:q}"
