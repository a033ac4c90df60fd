{{ release_cells(
    relation=ref('dfe_c1_release_2025'),
    data_set_code='c1',
    release_code='2025',
    indicators=[
        'referral_count',
        'rereferral_count',
        'rereferral_percent',
        'no_further_action_count',
        'no_further_action_percent',
        'not_in_need_count',
        'not_in_need_percent',
        'referral_child_count',
        'rereferral_child_count',
        'rereferral_child_percent',
    ],
) }}
