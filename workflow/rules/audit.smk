# How each result came about: from its id to jobs, code, rows and sources.


rule lineage:
    input:
        DATA,
        config=ancient(CONFIG),
        manifest="results/audit/manifest.json",
    output:
        targets.lineage(),
    log:
        "logs/lineage.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=WHOLE_CODE,
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step lineage --config {input.config:q} --manifest {input.manifest:q}"
        ' --source "$POOLPROP_TEMPLATES" --out {params.folder:q} 2> {log:q}'


# The report is an input here: what it says of itself, nobody can check from within it.
rule seal:
    input:
        manifest="results/audit/manifest.json",
        sealed=targets.sealed(),
    output:
        "results/audit/seal.json",
    log:
        "logs/seal.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("seal"),
    shell:
        "python -m poolprop step seal --manifest {input.manifest:q} --files {input.sealed:q}"
        " --out {output:q} 2> {log:q}"


# The run as a research object. A review's page does not wait for it.
rule crate:
    input:
        DATA,
        config=ancient(CONFIG),
        lineage="results/audit/lineage.json",
        manifest="results/audit/manifest.json",
        report="results/report.html",
    output:
        folder=directory("results/crate"),
        archive="results/crate.zip",
    log:
        "logs/crate.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=WHOLE_CODE,
    shell:
        "python -m poolprop step crate --config {input.config:q} --lineage {input.lineage:q}"
        " --manifest {input.manifest:q} --report {input.report:q} --out {output.folder:q}"
        " --archive {output.archive:q} 2> {log:q}"
