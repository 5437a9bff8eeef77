"""The names of `from manim import *` that scenes may use, as of Manim 0.22, and why others are refused."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


CONSTANTS = words(
    """
    NORMAL ITALIC OBLIQUE BOLD THIN ULTRALIGHT LIGHT SEMILIGHT BOOK MEDIUM SEMIBOLD ULTRABOLD HEAVY
    ULTRAHEAVY ORIGIN UP DOWN RIGHT LEFT IN OUT X_AXIS Y_AXIS Z_AXIS UL UR DL DR DEFAULT_DOT_RADIUS
    DEFAULT_SMALL_DOT_RADIUS DEFAULT_DASH_LENGTH DEFAULT_ARROW_TIP_LENGTH SMALL_BUFF MED_SMALL_BUFF
    MED_LARGE_BUFF LARGE_BUFF DEFAULT_MOBJECT_TO_EDGE_BUFFER DEFAULT_MOBJECT_TO_MOBJECT_BUFFER
    DEFAULT_POINTWISE_FUNCTION_RUN_TIME DEFAULT_WAIT_TIME DEFAULT_POINT_DENSITY_2D DEFAULT_POINT_DENSITY_1D
    DEFAULT_STROKE_WIDTH DEFAULT_FONT_SIZE SCALE_FACTOR_PER_FONT_POINT PI TAU DEGREES WHITE GRAY_A GREY_A
    GRAY_B GREY_B GRAY_C GREY_C GRAY_D GREY_D GRAY_E GREY_E BLACK LIGHTER_GRAY LIGHTER_GREY LIGHT_GRAY
    LIGHT_GREY GRAY GREY DARK_GRAY DARK_GREY DARKER_GRAY DARKER_GREY PURE_RED PURE_GREEN PURE_BLUE PURE_CYAN
    PURE_MAGENTA PURE_YELLOW BLUE_A BLUE_B BLUE_C BLUE_D BLUE_E BLUE DARK_BLUE TEAL_A TEAL_B TEAL_C TEAL_D
    TEAL_E TEAL GREEN_A GREEN_B GREEN_C GREEN_D GREEN_E GREEN YELLOW_A YELLOW_B YELLOW_C YELLOW_D YELLOW_E
    YELLOW GOLD_A GOLD_B GOLD_C GOLD_D GOLD_E GOLD RED_A RED_B RED_C RED_D RED_E RED MAROON_A MAROON_B
    MAROON_C MAROON_D MAROON_E MAROON PURPLE_A PURPLE_B PURPLE_C PURPLE_D PURPLE_E PURPLE PINK LIGHT_PINK
    ORANGE LIGHT_BROWN DARK_BROWN GRAY_BROWN GREY_BROWN LOGO_WHITE LOGO_GREEN LOGO_BLUE LOGO_RED LOGO_BLACK
    """
)
OBJECTS = words(
    """
    AnimatedBoundary TracedPath LineJointType CapStyleType ScreenRectangle FullScreenRectangle
    TipableVMobject Arc ArcBetweenPoints CurvedArrow CurvedDoubleArrow Circle Dot AnnotationDot LabeledDot
    Ellipse AnnularSector Sector Annulus CubicBezier ArcPolygon ArcPolygonFromArcs TangentialArc Union
    Intersection Difference Exclusion Label LabeledLine LabeledArrow LabeledPolygram Line DashedLine
    TangentLine Elbow Arrow Vector DoubleArrow Angle RightAngle Polygram Polygon RegularPolygram
    RegularPolygon Star Triangle Rectangle Square RoundedRectangle Cutout ConvexHull SurroundingRectangle
    BackgroundRectangle Cross Underline ArrowTip ArrowCircleFilledTip ArrowCircleTip ArrowSquareTip
    ArrowSquareFilledTip ArrowTriangleTip ArrowTriangleFilledTip StealthTip Graph DiGraph CoordinateSystem
    Axes ThreeDAxes NumberPlane PolarPlane ComplexPlane ParametricFunction FunctionGraph ImplicitFunction
    NumberLine UnitInterval SampleSpace BarChart LogBase LinearBase ManimBanner Matrix DecimalMatrix
    IntegerMatrix MobjectMatrix Mobject Group Brace ArcBrace BraceBetweenPoints Table MobjectTable
    IntegerTable DecimalTable DecimalNumber Integer Variable Text Paragraph MarkupText Polyhedron
    Tetrahedron Octahedron Icosahedron Dodecahedron ConvexHull3D ThreeDVMobject Surface Sphere Dot3D Cube
    Prism Cone Arrow3D Cylinder Line3D Torus PMobject Mobject1D Mobject2D PGroup PointCloudDot Point
    VMobject VGroup VDict VectorizedPoint CurvesAsSubmobjects DashedVMobject ValueTracker
    ComplexValueTracker VectorField ArrowVectorField StreamLines ManimColor RandomColorGenerator HSV RGBA
    """
)
ANIMATIONS = words(
    """
    Animation Wait Add AnimationGroup Succession LaggedStart LaggedStartMap Create Uncreate
    DrawBorderThenFill Write Unwrite ShowPartial ShowIncreasingSubsets SpiralIn AddTextLetterByLetter
    RemoveTextLetterByLetter ShowSubmobjectsOneByOne AddTextWordByWord TypeWithCursor UntypeWithCursor
    FadeOut FadeIn GrowFromPoint GrowFromCenter GrowFromEdge GrowArrow SpinInFromNothing FocusOn Indicate
    Flash ShowPassingFlash ShowPassingFlashWithThinningStrokeWidth ApplyWave Circumscribe Wiggle Blink
    Homotopy SmoothedVectorizedHomotopy ComplexHomotopy PhaseFlow MoveAlongPath ChangingDecimal
    ChangeDecimalToValue Rotating Rotate Broadcast ChangeSpeed Transform ReplacementTransform
    TransformFromCopy ClockwiseTransform CounterclockwiseTransform MoveToTarget ApplyMethod
    ApplyPointwiseFunction ApplyPointwiseFunctionToCenter FadeToColor FadeTransform FadeTransformPieces
    ScaleInPlace ShrinkToCenter Restore ApplyFunction ApplyMatrix ApplyComplexFunction CyclicReplace Swap
    TransformAnimations TransformMatchingShapes UpdateFromFunc UpdateFromAlphaFunc
    MaintainPositionRelativeTo
    """
)
SCENES = words(
    """
    MovingCameraScene Scene ThreeDScene SpecialThreeDScene VectorScene LinearTransformationScene ZoomedScene
    """
)
FUNCTIONS = words(
    """
    override_animation always f_always always_redraw always_shift always_rotate turn_animation_into_updater
    cycle_animation matrix_to_mobject override_animate get_3d_vmob_gradient_start_and_end_points
    get_3d_vmob_start_corner_index get_3d_vmob_end_corner_index get_3d_vmob_start_corner
    get_3d_vmob_end_corner get_3d_vmob_unit_normal get_3d_vmob_start_corner_unit_normal
    get_3d_vmob_end_corner_unit_normal bezier partial_bezier_points split_bezier subdivide_bezier
    bezier_remap interpolate integer_interpolate mid inverse_interpolate match_interpolate
    get_smooth_cubic_bezier_handle_points is_closed proportions_along_bezier_curve_for_point
    point_lies_on_bezier color_to_rgb color_to_rgba color_to_int_rgb color_to_int_rgba rgb_to_color
    rgba_to_color rgb_to_hex hex_to_rgb invert_color color_gradient interpolate_color average_color
    random_bright_color random_color get_shaded_rgb adjacent_n_tuples adjacent_pairs
    all_elements_are_instances concatenate_lists list_difference_update list_update listify make_even
    make_even_by_cycling remove_list_redundancies remove_nones stretch_array_to_length tuplify straight_path
    path_along_arc clockwise_path counterclockwise_path linear smooth smoothstep smootherstep smoothererstep
    rush_into rush_from slow_into double_smooth there_and_back there_and_back_with_pause running_start
    not_quite_there wiggle squish_rate_func lingering exponential_decay binary_search choose clip sigmoid
    quaternion_mult quaternion_from_angle_axis angle_axis_from_quaternion quaternion_conjugate rotate_vector
    thick_diagonal rotation_matrix rotation_about_z z_to_vector angle_of_vector angle_between_vectors
    normalize get_unit_normal compass_directions regular_vertices complex_to_R3 R3_to_complex
    complex_func_to_R3_func center_of_mass midpoint find_intersection line_intersection get_winding_number
    shoelace shoelace_direction cross2d earclip_triangulation cartesian_to_spherical spherical_to_cartesian
    perpendicular_bisector
    """
)

#: What `jepamine.manim.latex` typesets.
LATEX = words(
    """
    SingleStringMathTex MathTex Tex BulletedList Title BraceLabel BraceText MathTable TexTemplate
    TexTemplateLibrary TexFontTemplates TransformMatchingTex matrix_to_tex_string get_det_text index_labels
    """
)
#: The other names of `from manim import *`.
ALLOWED = CONSTANTS | OBJECTS | ANIMATIONS | SCENES | FUNCTIONS | LATEX

_WHY = {
    "reads or writes files": """
ImageMobject ImageMobjectFromCamera SVGMobject VMobjectFromSVGPath Code add_extension_if_not_present
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
    "is part of how Manim runs, not of a scene": """
Manager CairoRenderer RendererType Camera BackgroundColoredVMobjectDisplayer MappingCamera OldMultiCamera
SplitScreenCamera MovingCamera MultiCamera ThreeDCamera tempconfig logger console error_console frame
version PackageNotFoundError get_plugins list_plugins annotations cli_ctx_settings CONTEXT_SETTINGS EPILOG
QUALITIES DEFAULT_QUALITY RESAMPLING_ALGORITHMS SCENE_NOT_FOUND_MESSAGE CHOOSE_NUMBER_MESSAGE
INVALID_NUMBER_MESSAGE NO_SCENE_MESSAGE SHIFT_VALUE CTRL_VALUE START_X START_Y DictAsObject
merge_dicts_recursively update_dict_recursively print_family assert_is_mobject_method ManimColorDType
ParsableManimColor TrueDot DotCloud OpenGLPMobject OpenGLPGroup OpenGLPMPoint ipy get_ipython ManimMagic
""",
}
#: Name -> reason for refusal.
DENIED = {name: reason for reason, names in _WHY.items() for name in names.split()}

RATE_FUNCTIONS = words(
    """
    double_smooth exponential_decay linear lingering not_quite_there running_start rush_from rush_into
    slow_into smooth smoothererstep smootherstep smoothstep squish_rate_func there_and_back
    there_and_back_with_pause wiggle
    """
).union(
    f"ease_{side}_{kind}"
    for side in ("in", "out", "in_out")
    for kind in ("sine", "quad", "cubic", "quart", "quint", "expo", "circ", "back", "elastic", "bounce")
)
#: Readable attributes of `manim.config`.
CONFIG = words(
    """
    background_color bottom frame_height frame_rate frame_size frame_width frame_x_radius
    frame_y_radius left_side pixel_height pixel_width right_side tex_template top
    """
)
