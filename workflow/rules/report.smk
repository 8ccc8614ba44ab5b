# From estimates to what people read.


rule tables:
    input:
        DATA,
        TARGETS.each(*targets.ANALYSES),
        config=ancient(CONFIG),
    output:
        report(
            targets.tidy(),
            caption="../../report/captions/tables.rst",
            category="Tables",
        ),
    log:
        "logs/tables.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("tables"),
        endpoints=[f"results/analysis/{name}" for name in ENDPOINTS],
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step tables --config {input.config:q}"
        " --endpoints {params.endpoints:q} --out {params.folder:q} 2> {log:q}"


rule figures:
    input:
        config=ancient(CONFIG),
        pools=TARGETS.each("pool.json"),
    output:
        report(
            TARGETS.figures("svg"),
            caption="../../report/captions/forest.rst",
            category="Forest plots",
        ),
        TARGETS.figures("pdf"),
    log:
        "logs/figures.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("figures"),
        plan=part(*MODELS, "endpoints"),
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step figures --config {input.config:q} --pools {input.pools:q}"
        " --out {params.folder:q} 2> {log:q}"


rule manifest:
    input:
        config=CONFIG,
        inputs=DATA,
        outputs=TARGETS.results,
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
        code=WHOLE_CODE,
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
        code=code_of("report"),
        results=lambda wildcards, input: folder_of(input.manifest, levels=2),
    shell:
        "python -m poolprop step report --config {input.config:q} --results {params.results:q}"
        ' --source "$POOLPROP_TEMPLATES" --out {output:q} 2> {log:q}'
