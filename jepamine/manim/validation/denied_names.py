"""Public names of Manim, numpy and Python that a scene may not use, and why.

`collect_names` leaves them out of allowed_names.toml.
"""

from __future__ import annotations

from jepamine.utils.printing import word_set

_FILES = "reads or writes files"
_MACHINERY = "is part of how Manim runs, not of a scene"
_WHY = {
    _FILES: """
ImageMobjectFromCamera VMobjectFromSVGPath add_extension_if_not_present
guarantee_existence guarantee_empty_existence seek_full_path_from_defaults modify_atime
get_full_raster_image_path drag_pixels invert_image change_to_rgba_array get_full_sound_file_path
register_font SceneFileWriter Section DefaultSectionType
""",
    "starts other programs": """
open_file capture get_video_metadata get_dir_layout ensure_executable
""",
    "runs Typst, which validation does not; use MathTex": """
Typst MathTypst
""",
    "calls methods by their name; use add_updater or always_redraw": "always f_always",
    _MACHINERY: """
Manager CairoRenderer RendererType Camera BackgroundColoredVMobjectDisplayer MappingCamera OldMultiCamera
SplitScreenCamera MovingCamera MultiCamera ThreeDCamera tempconfig logger console error_console frame
version PackageNotFoundError get_plugins list_plugins annotations cli_ctx_settings CONTEXT_SETTINGS EPILOG
QUALITIES DEFAULT_QUALITY SCENE_NOT_FOUND_MESSAGE CHOOSE_NUMBER_MESSAGE
INVALID_NUMBER_MESSAGE NO_SCENE_MESSAGE SHIFT_VALUE CTRL_VALUE START_X START_Y DictAsObject
merge_dicts_recursively update_dict_recursively print_family assert_is_mobject_method ManimColorDType
ParsableManimColor TrueDot DotCloud OpenGLPMobject OpenGLPGroup OpenGLPMPoint ipy get_ipython ManimMagic
""",
}
#: Name of Manim's -> reason for refusal.
NAMES = {name: reason for reason, names in _WHY.items() for name in names.split()}

#: Names of numpy's that read or write files or memory, or hand out modules or machinery.
NUMPY = word_set(
    """
    DataSource __array_namespace_info__ __version__ asmatrix bmat broadcast busday_count busday_offset
    busdaycalendar bytes_ char character core ctypeslib datetime64 datetime_as_string datetime_data dtypes
    emath errstate exceptions f2py fft flatiter flexible from_dlpack frombuffer fromfile fromregex
    fromfunction fromstring frompyfunc generic genfromtxt get_include get_printoptions getbufsize geterr
    geterrcall
    is_busday lib linalg load loadtxt ma matrix may_share_memory memmap ndarray nditer nested_iters object_
    polynomial printoptions put put_along_axis putmask random rec recarray record require save savetxt savez
    savez_compressed sctypeDict set_printoptions setbufsize seterr seterrcall shares_memory show_config
    show_runtime str_ strings test testing timedelta64 typing ufunc void ScalarType apply_over_axes
    apply_along_axis info isfortran einsum_path copyto place typename typecodes
    """
)

CODE = word_set(
    """
    mro format format_map ctypes gi_code gi_frame gi_yieldfrom cr_await cr_code cr_frame cr_origin ag_await
    ag_code ag_frame f_back f_builtins f_code f_globals f_lasti f_lineno f_locals f_trace tb_frame tb_next
    tb_lineno gi_running gi_suspended co_code co_consts co_names func_code func_globals with_traceback
    """
)
_BY_NAME = word_set(
    """
    get_attrs restructure_mobjects get_restructured_mobject_list update_rgbas_array get_merged_array
    get_array_attrs apply_over_attr_arrays always pointwise_become_partial filter_out
    add_animation_override animation_override_for get_pygments_style
    """
)
_MEMORY = word_set(
    """
    data base strides setflags resize getfield setfield newbyteorder byteswap view tobytes
    buffer interface device to_device bit_generator getstate setstate itemset hex fromhex
    from_buffer as_integer_ratio maketrans encode decode to_bytes from_bytes fget fset fdel throw register
    metadata hasobject isalignedstruct isnative subdtype descr
    """
)
_READS_FILES = word_set(
    """
    dump dumps tofile save_image get_image get_file_path add_sound digest_file digest_args digest_parser
    file_writer
    file_writer_settings output_plan file_name svg_file text2svg text2hash text2settings generate_mobject
    init_svg_mobject modify_xml_tree generate_config_dict generate_style get_mobjects_from handle_transform
    apply_style_to_mobject path_to_mobject line_to_mobject rect_to_mobject circle_to_mobject
    ellipse_to_mobject polygon_to_mobject polyline_to_mobject text_to_mobject hash_seed path_string_config
    background_image background_image_file get_background_image image_mode font_list color_gradient_image
    add_subcaption add_background_image from_file from_svg open svg_default color_using_background_image
    background_img
    match_background_image get_colored_background_image get_mob_from_shape_element get_shape_map
    """
)
_RUNS = word_set(
    """
    renderer manager session_spec show interactive_embed embed interact render play_internal
    check_interactive_embed_is_valid compile_animation_data compile_animations begin_animations
    is_current_animation_frozen_frame get_time_progression update_to_time
    tear_down_interactive add_mobjects_from_animations validate_run_time get_run_time
    mouse_drag_orbit_controls mouse_scroll_orbit_controls on_key_press on_key_release on_mouse_drag
    on_mouse_motion on_mouse_press on_mouse_scroll set_key_function update_meshes key_to_function_map
    dearpygui_imported queue widgets quit_interaction handle_commands configure_pygui interactive_mode
    skip_animation_preview time_progression mouse_press_callbacks mouse_drag_point mouse_point
    camera_class render_primitives shader_folder shader_wrapper use_z_index skip_animations
    """
)
#: Attribute -> reason for refusal.
ATTRIBUTES = {
    **dict.fromkeys(CODE, "leads out of the scene into Python itself"),
    **dict.fromkeys(_BY_NAME, "reads or sets attributes by their name"),
    **dict.fromkeys(_MEMORY, "reaches into memory or its owner"),
    **dict.fromkeys(_READS_FILES, _FILES),
    **dict.fromkeys(_RUNS, _MACHINERY),
}
#: Keywords of allowed functions that hand in memory or files.
KEYWORDS = word_set(
    """
    buffer refcheck file out like subok strides flush svg_default
    path_string_config use_svg_cache image_mode background_image renderer camera_class module dtypes
    weakref_slot mem_policy
    """
)
