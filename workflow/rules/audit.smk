# How each result came about: from its id to jobs, code, rows and sources.


rule lineage:
    input:
        DATA,
        config=ancient(CONFIG),
        manifest="results/audit/manifest.json",
    output:
        expand(
            "results/audit/{name}",
            name=["lineage.json", "results.csv", "rows.csv", "jobs.csv"],
        ),
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
