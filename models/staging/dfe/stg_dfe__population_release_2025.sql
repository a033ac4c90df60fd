{{ release_cells(
    relation=ref('dfe_population_release_2025'),
    data_set_code='population',
    release_code='2025',
    indicators=[
        'population_estimate',
    ],
) }}
