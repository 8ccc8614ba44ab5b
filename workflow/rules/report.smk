# From estimates to what people read.


rule tables:
    input:
        DATA,
        config=ancient(CONFIG),
        pools=POOLS,
        subgroups=SUBGROUPS,
        influence=INFLUENCE,
        small_studies=SMALL_STUDIES,
    output:
        report(TIDY, caption="../../report/captions/tables.rst", category="Tables"),
    log:
        "logs/tables.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=TABLES_CODE,
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step tables --config {input.config:q} --pools {input.pools:q}"
        " --subgroups {input.subgroups:q} --influence {input.influence:q}"
        " --small-studies {input.small_studies:q} --out {params.folder:q} 2> {log:q}"


rule forest:
    input:
        config=ancient(CONFIG),
        pool="results/analysis/{endpoint}/pool.json",
    output:
        svg=report(
            "results/figures/forest_{endpoint}.svg",
            caption="../../report/captions/forest.rst",
            category="Forest plots",
        ),
        pdf="results/figures/forest_{endpoint}.pdf",
    log:
        "logs/forest/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=PLOTS_CODE,
        plan=MODELS_PLAN,
        endpoint=endpoint_plan,
    shell:
        "python -m poolprop step forest --config {input.config:q} --pool {input.pool:q}"
        " --svg {output.svg:q} --pdf {output.pdf:q} 2> {log:q}"


rule manifest:
    input:
        config=CONFIG,
        inputs=DATA,
        outputs=[
            "results/evidence/check.json",
            "results/evidence/source_audit.csv",
            "results/evidence/findings.csv",
            "results/evidence/agreement.csv",
            "results/evidence/map.json",
            "results/tables/evidence_map.csv",
            *DATASETS,
            *POOLS,
            *SUBGROUPS,
            *INFLUENCE,
            *SMALL_STUDIES,
            *CONFIDENCE,
            *CERTIFICATES,
            "results/tables/certificate.csv",
            *EFFECTS,
            *BAYES,
            *MULTIVERSE,
            *MULTIVERSE_SETS,
            "results/tables/bayes.csv",
            "results/tables/multiverse.csv",
            *SAFETY,
            *SURVIVAL,
            *CERTAINTY,
            *BENCHMARKS,
            *COMPARISONS,
            *CROSSCHECK,
            *TIDY,
            *FIGURES,
        ],
    output:
        report(
            "results/audit/manifest.json",
            caption="../../report/captions/manifest.rst",
            category="Report",
        ),
    log:
        "logs/manifest.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=ALL_CODE,
    shell:
        "python -m poolprop step manifest --config {input.config:q}"
        " --inputs {input.config:q} {input.inputs:q} --outputs {input.outputs:q}"
        " --code {params.code:q} --out {output:q} 2> {log:q}"


rule report:
    input:
        DATA,
        config=ancient(CONFIG),
        manifest="results/audit/manifest.json",
        lineage="results/audit/lineage.json",
    output:
        report(
            "results/report.html",
            caption="../../report/captions/report.rst",
            category="Report",
        ),
    log:
        "logs/report.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=REPORT_CODE,
        results=lambda wildcards, input: folder_of(input.manifest, levels=2),
    shell:
        "python -m poolprop step report --config {input.config:q} --results {params.results:q}"
        ' --source "$POOLPROP_TEMPLATES" --out {output:q} 2> {log:q}'
