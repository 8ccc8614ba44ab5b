# From data/ to the analysis data sets.


rule check:
    input:
        DATA,
        config=CONFIG,
    output:
        "results/evidence/check.json",
    log:
        "logs/check.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
    shell:
        "python -m poolprop step check --config {input.config:q} --out {output:q} 2> {log:q}"


rule audit_sources:
    input:
        DATA,
        config=ancient(CONFIG),
    output:
        recomputed="results/evidence/source_audit.csv",
        findings="results/evidence/findings.csv",
        agreement="results/evidence/agreement.csv",
    log:
        "logs/audit_sources.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
    shell:
        "python -m poolprop step audit-sources --config {input.config:q}"
        " --recomputed {output.recomputed:q} --findings {output.findings:q}"
        " --agreement {output.agreement:q} 2> {log:q}"


rule evidence_map:
    input:
        DATA,
        config=ancient(CONFIG),
    output:
        cells="results/evidence/map.json",
        table="results/tables/evidence_map.csv",
    log:
        "logs/evidence_map.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
        plan=[plan_digest(key) for key in ("endpoints", "safety", "survival")],
    shell:
        "python -m poolprop step evidence-map --config {input.config:q} --out {output.cells:q}"
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
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
        plan=endpoint_plan,
        rows=endpoint_rows,
    shell:
        "python -m poolprop step select --config {input.config:q} --endpoint {wildcards.endpoint:q}"
        " --data {output.data:q} --excluded {output.excluded:q}"
        " --alternatives {output.alternatives:q} 2> {log:q}"


rule select_safety:
    input:
        ancient(DATA),
        config=ancient(CONFIG),
    output:
        "results/safety/data.csv",
    log:
        "logs/select_safety.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
        plan=plan_digest("safety"),
        rows=SAFETY_ROWS,
    shell:
        "python -m poolprop step select-safety --config {input.config:q} --out {output:q} 2> {log:q}"


rule select_comparisons:
    input:
        DATA,
        config=ancient(CONFIG),
    output:
        "results/comparisons/data.csv",
    log:
        "logs/select_comparisons.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=EVIDENCE_CODE,
        plan=plan_digest("comparisons"),
    shell:
        "python -m poolprop step select-comparisons --config {input.config:q} --out {output:q}"
        " 2> {log:q}"
