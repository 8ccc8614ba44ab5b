# Entry point: run `snakemake` in this folder. The workflow is in workflow/Snakefile, where the
# Snakemake Workflow Catalog looks for it; an include alone provides no target.
include: "workflow/Snakefile"


rule everything:
    default_target: True
    input:
        rules.all.input,
