{{ release_cells(
    relation=ref('dfe_c2_release_2024'),
    data_set_code='c2',
    release_code='2024',
    indicators=[
        'Assessments_completed',
        'Assessments_completed_rate',
    ],
) }}
