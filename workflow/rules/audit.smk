# How each result came about: from its id to jobs, code, rows and sources.


rule lineage:
    input:
        DATA,
        config=ancient(CONFIG),
        manifest="results/audit/manifest.json",
    output:
        LINEAGE,
    log:
        "logs/lineage.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=ALL_CODE,
        folder=lambda wildcards, output: folder_of(output[0]),
    shell:
        "python -m poolprop step lineage --config {input.config:q} --manifest {input.manifest:q}"
        ' --source "$POOLPROP_TEMPLATES" --out {params.folder:q} 2> {log:q}'


# The report is an input here: what it says of itself, nobody can check from within it.
rule seal:
    input:
        manifest="results/audit/manifest.json",
        sealed=SEALED,
    output:
        "results/audit/seal.json",
    log:
        "logs/seal.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=AUDIT_CODE,
    shell:
        "python -m poolprop step seal --manifest {input.manifest:q} --files {input.sealed:q}"
        " --out {output:q} 2> {log:q}"
