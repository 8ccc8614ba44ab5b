# Many meta-analyses at once: `snakemake atlas` scatters chunks of data sets over jobs, here or on
# a cluster, and gathers them. The report does not need it.


ATLAS = PLAN.atlas

if ATLAS and ATLAS.file:

    rule split_atlas:
        input:
            config=ancient(CONFIG),
            table=ATLAS.file,
        output:
            expand("results/atlas/input/{chunk}.csv", chunk=range(ATLAS.chunks)),
        log:
            "logs/atlas/split.log",
        conda:
            "../envs/poolprop.yaml"
        params:
            code=code_of("split_atlas"),
            plan=part("atlas"),
        shell:
            "python -m poolprop step split-atlas --config {input.config:q} --out {output:q}"
            " 2> {log:q}"


if ATLAS:

    rule pool_atlas:
        input:
            config=ancient(CONFIG),
            table="results/atlas/input/{chunk}.csv" if ATLAS.file else [],
        output:
            shard="results/atlas/shards/{chunk}.csv",
            checksum="results/atlas/shards/{chunk}.sha256",
        log:
            "logs/atlas/{chunk}.log",
        retries: 2
        conda:
            "../envs/poolprop.yaml"
        params:
            code=code_of("pool_atlas"),
            plan=part("atlas"),
            table="-table --table" if ATLAS.file else "",
        shell:
            "echo node $(hostname) job ${{SLURM_JOB_ID:-none}} > {log:q};"
            " python -m poolprop step pool-atlas{params.table} {input.table:q} --config {input.config:q}"
            " --chunk {wildcards.chunk} --out {output.shard:q} --checksum {output.checksum:q}"
            " 2>> {log:q}"

    rule atlas:
        input:
            shards=expand(
                "results/atlas/shards/{chunk}.csv",
                chunk=range(ATLAS.chunks),
            ),
            checksums=expand(
                "results/atlas/shards/{chunk}.sha256",
                chunk=range(ATLAS.chunks),
            ),
        output:
            table="results/atlas/estimates.csv",
            summary="results/atlas/summary.json",
        log:
            "logs/atlas/gather.log",
        localrule: True
        conda:
            "../envs/poolprop.yaml"
        params:
            code=code_of("gather_atlas"),
        shell:
            "python -m poolprop step gather-atlas --shards {input.shards:q}"
            " --checksums {input.checksums:q} --out {output.table:q} --summary {output.summary:q}"
            " 2> {log:q}"
