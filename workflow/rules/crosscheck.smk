# The second engine: every pooled result recomputed by statsmodels and, where it is, by R.


rule r_script:
    input:
        RECOMPUTED,
    output:
        "results/crosscheck/reproduce.R",
    log:
        "logs/r_script.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=CROSSCHECK_CODE,
    shell:
        "python -m poolprop step r-script --results {input:q} --out {output:q} 2> {log:q}"


rule run_in_r:
    input:
        "results/crosscheck/reproduce.R",
    output:
        "results/crosscheck/r.csv",
    log:
        "logs/run_in_r.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=CROSSCHECK_CODE,
        r=R_IS_HERE,
    shell:
        "python -m poolprop step run-in-r --script {input:q} --out {output:q} 2> {log:q}"


rule crosscheck:
    input:
        RECOMPUTED,
        external="results/crosscheck/r.csv",
    output:
        table="results/crosscheck/agreement.csv",
        out="results/crosscheck/agreement.json",
    log:
        "logs/crosscheck.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=CROSSCHECK_CODE,
        results=RECOMPUTED,
    shell:
        "python -m poolprop step crosscheck --results {params.results:q}"
        " --external {input.external:q} --table {output.table:q} --out {output.out:q} 2> {log:q}"
