# From analysis data sets to estimates.


rule synthesise:
    input:
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
        excluded="results/analysis/{endpoint}/excluded.csv",
    output:
        report(
            "results/analysis/{endpoint}/pool.json",
            caption="../../report/captions/pool.rst",
            category="Results",
        ),
    log:
        "logs/synthesise/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=endpoint_plan,
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step synthesise --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q} --excluded {input.excluded:q}"
        " --out {output:q} 2> {log:q}"


rule subgroups:
    input:
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
    output:
        report(
            "results/analysis/{endpoint}/subgroups.json",
            caption="../../report/captions/subgroups.rst",
            category="Results",
        ),
    log:
        "logs/subgroups/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=endpoint_plan,
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step subgroups --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q} --out {output:q} 2> {log:q}"


rule influence:
    input:
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
    output:
        influence=report(
            "results/analysis/{endpoint}/influence.json",
            caption="../../report/captions/influence.rst",
            category="Results",
        ),
        small_study="results/analysis/{endpoint}/small_study.json",
    log:
        "logs/influence/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=endpoint_plan,
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step influence --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q}"
        " --out {output.influence:q} --small-study {output.small_study:q} 2> {log:q}"


rule confidence_curves:
    input:
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
    output:
        curves="results/analysis/{endpoint}/confidence.json",
        table="results/analysis/{endpoint}/confidence.csv",
    log:
        "logs/confidence_curves/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=endpoint_plan,
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step confidence-curves --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q}"
        " --out {output.curves:q} --table {output.table:q} 2> {log:q}"


rule discrepancy_effects:
    input:
        config=ancient(CONFIG),
        data="results/analysis/{endpoint}/data.csv",
        alternatives="results/analysis/{endpoint}/alternatives.csv",
    output:
        "results/analysis/{endpoint}/discrepancies.json",
    log:
        "logs/discrepancy_effects/{endpoint}.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=endpoint_plan,
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step discrepancy-effects --config {input.config:q}"
        " --endpoint {wildcards.endpoint:q} --data {input.data:q}"
        " --alternatives {input.alternatives:q} --out {output:q} 2> {log:q}"


rule safety:
    input:
        config=ancient(CONFIG),
        data="results/safety/data.csv",
    output:
        pool="results/safety/pool.json",
        table="results/tables/safety.csv",
    log:
        "logs/safety.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=plan_digest("safety"),
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step safety --config {input.config:q} --data {input.data:q}"
        " --out {output.pool:q} --table {output.table:q} 2> {log:q}"


rule comparisons:
    input:
        config=ancient(CONFIG),
        data="results/comparisons/data.csv",
    output:
        json="results/comparisons/comparisons.json",
        table="results/tables/comparisons.csv",
    log:
        "logs/comparisons.log",
    conda:
        "../envs/poolprop.yaml"
    params:
        code=STATS_CODE,
        plan=plan_digest("comparisons"),
        models=MODELS_PLAN,
    shell:
        "python -m poolprop step comparisons --config {input.config:q} --data {input.data:q}"
        " --out {output.json:q} --table {output.table:q} 2> {log:q}"
