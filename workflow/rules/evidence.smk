# From data/ to the analysis data sets.


rule evidence:
    input:
        DATA,
        config=ancient(CONFIG),
    output:
        targets.evidence(),
        table="results/tables/evidence_map.csv",
    log:
        "logs/evidence.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("evidence"),
        plan=part("data", "endpoints", "safety", "survival"),
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step evidence --config {input.config:q} --out {params.folder:q}"
        " --table {output.table:q} 2> {log:q}"


# The tables are `ancient`: their date does not count. What counts is `rows`, the fingerprint of
# the rows that this endpoint can use, so that a changed row reruns no other endpoint.
rule select:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        data="results/analysis/{endpoint}/data.csv",
        excluded="results/analysis/{endpoint}/excluded.csv",
        alternatives="results/analysis/{endpoint}/alternatives.csv",
    log:
        "logs/select/{endpoint}.log",
    priority: 30
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("select"),
        plan=endpoint_plan,
        rows=endpoint_rows,
    shell:
        "python -m poolprop step select --config {input.config:q} --endpoint {wildcards.endpoint:q}"
        " --data {output.data:q} --excluded {output.excluded:q}"
        " --alternatives {output.alternatives:q} 2> {log:q}"
