# The second engine: every pooled result recomputed by statsmodels and, where it is, by R.


rule run_in_r:
    input:
        TARGETS.recomputed,
    output:
        script="results/crosscheck/reproduce.R",
        out="results/crosscheck/r.csv",
    log:
        "logs/run_in_r.log",
    priority: 20
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("run_in_r"),
        r=R_IS_ASKED,
    shell:
        "python -m poolprop step run-in-r --results {input:q} --r {params.r:q}"
        " --script {output.script:q} --out {output.out:q} 2> {log:q}"


rule crosscheck:
    input:
        TARGETS.recomputed,
        external="results/crosscheck/r.csv",
    output:
        table="results/crosscheck/agreement.csv",
        out="results/crosscheck/agreement.json",
    log:
        "logs/crosscheck.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=code_of("crosscheck"),
        results=TARGETS.recomputed,
    shell:
        "python -m poolprop step crosscheck --results {params.results:q}"
        " --external {input.external:q} --table {output.table:q} --out {output.out:q} 2> {log:q}"
